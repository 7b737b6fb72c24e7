//! The options that every read takes, by their names at the driver: written once, for the builders of all verbs that read.
//!
//! `batched` are the reads that give any number of documents, and `spilling` those of them for which the server may need its disk.

/// Gives a builder a method for each option. After the builder's type stand the places of its `ReadOptions` and of its deadline.
macro_rules! read_options {
    (batched [$($parameters:tt)*] $builder:ty { $($options:ident).+, $($deadline:ident).+ }) => {
        read_options!([$($parameters)*] $builder { $($options).+, $($deadline).+ });
        read_options!(spilling [$($parameters)*] $builder { $($options).+ });

        impl<$($parameters)*> $builder {
            /// How many documents the server sends at a time.
            pub fn batch_size(mut self, documents: u32) -> Self {
                self.$($options).+.batch_size = Some(documents);
                self
            }
        }
    };
    (spilling [$($parameters:tt)*] $builder:ty { $($options:ident).+ }) => {
        impl<$($parameters)*> $builder {
            /// Whether the server may go on in files where it has to sort or to group more than 100 MB. Without it the server's own setting
            /// says so, which from 6.0 on is that it may; with `false` such a read fails.
            pub fn allow_disk_use(mut self, allowed: bool) -> Self {
                self.$($options).+.allow_disk_use = Some(allowed);
                self
            }
        }
    };
    ([$($parameters:tt)*] $builder:ty { $($options:ident).+, $($deadline:ident).+ }) => {
        impl<$($parameters)*> $builder {
            /// A word for the server's logs and profiler.
            pub fn comment(mut self, comment: impl Into<String>) -> Self {
                self.$($options).+.comment = Some(bson::Bson::String(comment.into()));
                self
            }

            /// The index that the server must use.
            pub fn hint(mut self, hint: crate::driver::options::Hint) -> Self {
                self.$($options).+.hint = Some(hint);
                self
            }

            /// How text is compared and ordered. In-memory meaning and unique keys follow the plain order of bytes.
            pub fn collation(mut self, collation: crate::driver::options::Collation) -> Self {
                self.$($options).+.collation = Some(collation);
                self
            }

            /// How long the server may work on the read; the deadline limits it too.
            pub fn max_time(mut self, time: std::time::Duration) -> Self {
                self.$($options).+.max_time = Some(time);
                self
            }

            /// Which members of the replica set may answer.
            pub fn read_preference(mut self, preference: crate::driver::options::ReadPreference) -> Self {
                self.$($options).+.read_preference = Some(preference);
                self
            }

            /// How sure the server must be that what it reads stays.
            pub fn read_concern(mut self, concern: crate::driver::options::ReadConcern) -> Self {
                self.$($options).+.read_concern = Some(concern);
                self
            }

            /// How long the whole call may take; without it the [`Db`](crate::Db)'s own.
            pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
                self.$($deadline).+ = Some(deadline);
                self
            }
        }
    };
}
pub(super) use read_options;
