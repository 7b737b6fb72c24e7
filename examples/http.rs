//! An HTTP service over Chakra, by axum: how a request comes into the database, and what is given back.
//!
//! - `PATCH /users/{id}`: a JSON body becomes a safe update, in one line. A field that it does not name is kept, a `null` takes it out, a
//!   value sets it. What the model does not allow is refused before anything is sent; the change is one atomic command, which gives the user
//!   back.
//! - `POST /users`: the parts of a body, none of which must be there, become a draft. What is missing is said of all of them at once.
//! - `GET /users?…`: the query string becomes a filter, of the fields that the service opens and no others. The answer has a token for the
//!   next page, which nobody else can read or make.
//! - `GET /users/{id}`: one user, as JSON.
//! - `DELETE /users/{id}?version=…`: a user is deleted as the client saw them, and not if somebody changed them since.
//!
//! What goes wrong becomes a status in one place, `Failure`. Errors name the model, the field and the rule, and hold no value of a document.
//!
//! `cargo run --example http` runs it on a MongoDB of its own, which it finds or fetches; with `MONGODB_URI` set it uses that server. It
//! sends itself requests, prints them with their answers, and panics where one is not what it should be. A service that listens gives the
//! same router to `axum::serve`.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, Query, RawQuery, State},
    http::{Request, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use chakra::{Draft, Error, Patch, QueryRules, prelude::*};
use chakra_testkit::TestServer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Plan {
    Free,
    Pro,
}

/// A user: in the database as Chakra stores them, in answers as serde writes them.
#[derive(Debug, Clone, Model, Serialize)]
#[chakra(index(name, id))]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(unique, max_length = 50)]
    email: String,
    #[chakra(max_length = 30)]
    name: String,
    bio: Option<String>,
    #[chakra(default = Plan::Free)]
    plan: Plan,
    tags: Vec<String>,
    /// What the staff writes down, which no answer shows and no query may ask for.
    #[serde(skip_serializing)]
    notes: Option<String>,
    #[chakra(version)]
    version: i64,
}

/// The routes. A [`Db`] is a handle that is cloned for each request; the clones share their connections.
fn service(db: Db) -> Router {
    Router::new()
        .route("/users", get(list_users).post(create_user))
        .route("/users/{id}", get(read_user).patch(change_user).delete(delete_user))
        .with_state(db)
}

// From a body to an update.

/// What a client may change. The struct says it, and not the body: nobody gets another plan or writes notes by sending them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Changes {
    name: Patch<String>,
    bio: Patch<String>,
    tags: Patch<Vec<String>>,
}

async fn change_user(State(db): State<Db>, Path(id): Path<Id<User>>, Json(body): Json<Changes>) -> Result<Json<User>, Failure> {
    Ok(Json(db.update(id).patch(User::name, body.name).patch(User::bio, body.bio).patch(User::tags, body.tags).await?))
}

// From optional parts to a draft.

/// What a client may give. Which of it is required is the model's to say: where all that is there is known when the program is written,
/// `User::draft()` makes a missing field an error of the compiler's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: Option<String>,
    name: Option<String>,
    bio: Option<String>,
    plan: Option<Plan>,
    tags: Option<Vec<String>>,
}

async fn create_user(State(db): State<Db>, Json(body): Json<NewUser>) -> Result<(StatusCode, Json<User>), Failure> {
    let draft = Draft::<User>::steps()
        .set_if(User::email, body.email)
        .set_if(User::name, body.name)
        .set_if(User::bio, body.bio)
        .set_if(User::plan, body.plan)
        .set_if(User::tags, body.tags)
        .build()?;
    Ok((StatusCode::CREATED, Json(db.create(draft).await?)))
}

// From a query string to a filter.

#[derive(Debug, Deserialize)]
struct Paging {
    size: Option<u32>,
    after: Option<String>,
}

#[derive(Debug, Serialize)]
struct Listed {
    users: Vec<User>,
    /// For the next page, as `after`.
    next: Option<String>,
}

async fn list_users(State(db): State<Db>, RawQuery(query): RawQuery, Query(paging): Query<Paging>) -> Result<Json<Listed>, Failure> {
    let rules = QueryRules::<User>::new().only((User::name, User::plan, User::tags)).ignore(["size", "after"]);
    let filter = rules.filter(query.as_deref().unwrap_or_default())?;
    let size = paging.size.unwrap_or(20).min(100);
    let page = db.find_many(filter).order_by(User::name.asc()).page(size).after(paging.after).await?;
    Ok(Json(Listed { next: page.next(), users: page.items }))
}

async fn read_user(State(db): State<Db>, Path(id): Path<Id<User>>) -> Result<Json<User>, Failure> {
    Ok(Json(db.get(id).await?))
}

// From what a client saw to a delete.

#[derive(Debug, Deserialize)]
struct Seen {
    version: i64,
}

async fn delete_user(State(db): State<Db>, Path(id): Path<Id<User>>, Query(seen): Query<Seen>) -> Result<StatusCode, Failure> {
    let user = User { version: seen.version, ..db.get(id).await? };
    db.delete_value(&user).await?;
    Ok(StatusCode::NO_CONTENT)
}

// From an error to an answer.

/// An error of Chakra's on its way to the client.
struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = match &error {
            Error::NotFound { .. } => StatusCode::NOT_FOUND,
            Error::Unique { .. } | Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            // Nothing was applied, and the same request may succeed later.
            error if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let said = if error.is_unique_on(User::email) {
            "this address has an account already".to_owned()
        } else if status.is_server_error() {
            // What the server does not manage is for our own eyes; also here without any value of a document.
            eprintln!("{error}");
            "this did not work, and it is not your fault".to_owned()
        } else {
            error.to_string()
        };
        (status, Json(json!({ "error": said }))).into_response()
    }
}

// The service at work.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = TestServer::start().await?;
    let home = server.db().await;
    // A real key comes from a secret store, so that all processes read each other's tokens.
    let db = Db::builder(home.uri()).model::<User>().page_key([7; 32]).connect().await?;
    db.sync().await?;
    let client = Client(service(db.clone()));

    heading("A body becomes a draft");
    let (status, refused) = client.send("POST", "/users", Some(json!({ "bio": "Countess" }))).await?;
    assert_eq!((status, &refused["error"]), (422, &json!("this `User` is not valid: `email` needs a value; `name` needs a value")));
    let email = "ada@example.com";
    let ada = json!({ "email": email, "name": "Ada", "tags": ["math"] });
    let (status, ada) = client.send("POST", "/users", Some(ada)).await?;
    assert_eq!(status, 201);
    let id = ada["id"].as_str().ok_or("a user without an id")?.to_owned();
    let expected = json!({ "id": id, "email": email, "name": "Ada", "bio": null, "plan": "FREE", "tags": ["math"], "version": 0 });
    assert_eq!(ada, expected);
    let again = json!({ "email": email, "name": "Another Ada" });
    let (status, refused) = client.send("POST", "/users", Some(again)).await?;
    assert_eq!((status, &refused["error"]), (409, &json!("this address has an account already")));
    for (name, plan) in [("Blaise", "PRO"), ("Carl", "FREE"), ("Daniel", "PRO")] {
        let user = json!({ "email": format!("{name}@example.com"), "name": name, "plan": plan, "tags": ["math"] });
        assert_eq!(client.send("POST", "/users", Some(user)).await?.0, 201);
    }

    heading("A body becomes an update");
    let path = format!("/users/{id}");
    let (status, changed) = client.send("PATCH", &path, Some(json!({ "name": "Ada Lovelace", "bio": "Countess" }))).await?;
    let name = "Ada Lovelace";
    let expected = json!({ "id": id, "email": email, "name": name, "bio": "Countess", "plan": "FREE", "tags": ["math"], "version": 1 });
    assert_eq!((status, changed), (200, expected));
    // A `null` takes out, and what is not there is kept.
    let (status, changed) = client.send("PATCH", &path, Some(json!({ "bio": null }))).await?;
    assert_eq!((status, &changed["bio"], &changed["name"]), (200, &Value::Null, &json!(name)));
    let (status, refused) = client.send("PATCH", &path, Some(json!({ "name": null }))).await?;
    let needed = "this `User` is not valid: `name` needs a value: the document cannot be read without it";
    assert_eq!((status, &refused["error"]), (422, &json!(needed)));
    let (status, refused) = client.send("PATCH", &path, Some(json!({ "name": "x".repeat(31) }))).await?;
    assert_eq!((status, &refused["error"]), (422, &json!("this `User` is not valid: `name` needs at most 30 characters")));
    // serde refuses what is not to be changed by a client, and axum what is no id.
    assert_eq!(client.send("PATCH", &path, Some(json!({ "plan": "PRO" }))).await?.0, 422);
    assert_eq!(client.send("PATCH", "/users/ada", Some(json!({ "bio": null }))).await?.0, 400);
    let nobody = format!("/users/{}", Id::<User>::new());
    assert_eq!(client.send("PATCH", &nobody, Some(json!({ "bio": "?" }))).await?.0, 404);

    heading("A query string becomes a filter, read by pages");
    let mut names = Vec::new();
    let mut next = String::new();
    loop {
        let (status, page) = client.send("GET", &format!("/users?tags[has]=math&name[ne]=Carl&size=2{next}"), None).await?;
        assert_eq!(status, 200);
        let users = page["users"].as_array().ok_or("a page without users")?;
        names.push(users.iter().map(|user| user["name"].clone()).collect::<Vec<_>>());
        match page["next"].as_str() {
            Some(token) => next = format!("&after={token}"),
            None => break,
        }
    }
    assert_eq!(json!(names), json!([["Ada Lovelace", "Blaise"], ["Daniel"]]));
    let (_, page) = client.send("GET", "/users?plan[in]=PRO&name[starts_with]=B", None).await?;
    assert_eq!((page["users"].as_array().map(Vec::len), &page["next"]), (Some(1), &Value::Null));
    // Nobody reads the notes letter by letter, and a token is good for the read that it was given for.
    let (status, refused) = client.send("GET", "/users?notes[starts_with]=a", None).await?;
    let open = "this `User` is not valid: `notes` needs one of the fields `name`, `plan`, `tags`";
    assert_eq!((status, &refused["error"]), (422, &json!(open)));
    assert_eq!(client.send("GET", &format!("/users?plan=PRO&size=2{next}"), None).await?.0, 422);

    heading("A delete by what was seen");
    let (status, read) = client.send("GET", &path, None).await?;
    assert_eq!((status, &read["version"]), (200, &json!(2)));
    assert_eq!(client.send("DELETE", &format!("{path}?version=1"), None).await?.0, 409);
    assert_eq!(client.send("DELETE", &format!("{path}?version=2"), None).await?.0, 204);
    let (status, gone) = client.send("GET", &path, None).await?;
    assert_eq!((status, &gone["error"]), (404, &json!(format!("no `User` with _id {id} was found"))));

    db.shutdown().await;
    Ok(())
}

/// Whoever asks the service.
struct Client(Router);

impl Client {
    /// Sends a request, prints it with its answer, and gives the status and the body.
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Result<(u16, Value), Box<dyn std::error::Error>> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        println!("{method} {path} {body}");
        let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json").body(Body::from(body))?;
        let response = self.0.clone().oneshot(request).await?;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await?;
        let answer = String::from_utf8_lossy(&bytes);
        println!("  {status} {answer}");
        // What axum itself refuses is plain text.
        let answer = serde_json::from_str(&answer).unwrap_or_else(|_| Value::String(answer.into_owned()));
        Ok((status.as_u16(), answer))
    }
}

fn heading(text: &str) {
    println!("\n== {text}");
}
