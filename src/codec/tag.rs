//! The type bytes of the BSON specification.
//!
//! Written by the writer, read by the reader; their names stand in errors.
#![allow(missing_docs)]

pub const DOUBLE: u8 = 0x01;
pub const STRING: u8 = 0x02;
pub const DOCUMENT: u8 = 0x03;
pub const ARRAY: u8 = 0x04;
pub const BINARY: u8 = 0x05;
pub const UNDEFINED: u8 = 0x06;
pub const OBJECT_ID: u8 = 0x07;
pub const BOOLEAN: u8 = 0x08;
pub const DATE: u8 = 0x09;
pub const NULL: u8 = 0x0A;
pub const REGEX: u8 = 0x0B;
pub const DB_POINTER: u8 = 0x0C;
pub const CODE: u8 = 0x0D;
pub const SYMBOL: u8 = 0x0E;
pub const CODE_WITH_SCOPE: u8 = 0x0F;
pub const INT32: u8 = 0x10;
pub const TIMESTAMP: u8 = 0x11;
pub const INT64: u8 = 0x12;
pub const DECIMAL128: u8 = 0x13;
pub const MAX_KEY: u8 = 0x7F;
pub const MIN_KEY: u8 = 0xFF;

/// The type's name as the server's documentation has it.
pub const fn name(tag: u8) -> &'static str {
    match tag {
        DOUBLE => "Double",
        STRING => "String",
        DOCUMENT => "Document",
        ARRAY => "Array",
        BINARY => "Binary",
        UNDEFINED => "Undefined",
        OBJECT_ID => "ObjectId",
        BOOLEAN => "Boolean",
        DATE => "Date",
        NULL => "Null",
        REGEX => "Regular Expression",
        DB_POINTER => "DBPointer",
        CODE => "JavaScript",
        SYMBOL => "Symbol",
        CODE_WITH_SCOPE => "JavaScript with scope",
        INT32 => "Int32",
        TIMESTAMP => "Timestamp",
        INT64 => "Int64",
        DECIMAL128 => "Decimal128",
        MAX_KEY => "MaxKey",
        MIN_KEY => "MinKey",
        _ => "an unknown type",
    }
}
