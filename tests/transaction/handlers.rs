//! Where transactions are run: in spawned tasks and in the handlers of an HTTP service, with what these borrow.

use super::{fixture, move_stock, stocks};
use crate::models::Item;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{Request, StatusCode},
    routing::post,
};
use chakra::{Db, Error};
use std::sync::Arc;
use tower::ServiceExt;

struct Shop {
    db: Db,
    least: i32,
}

/// Moves one from the item to the second one, unless it has too few.
async fn take(State(shop): State<Arc<Shop>>, Path(id): Path<i64>) -> Result<String, (StatusCode, String)> {
    let shop = &*shop;
    let taken = shop.db.transaction(|tx| async move {
        move_stock(&tx, id, 2).await?;
        let item = tx.get(Item::id.eq(id)).await?;
        if item.stock < shop.least {
            return Err(Error::other(format!("{} is too few", item.stock)));
        }
        Ok(item.stock)
    });
    match taken.await {
        Ok(left) => Ok(left.to_string()),
        Err(Error::NotFound { .. }) => Err((StatusCode::NOT_FOUND, String::new())),
        Err(error) => Err((StatusCode::CONFLICT, error.to_string())),
    }
}

#[tokio::test]
async fn an_http_handler_runs_one_with_what_it_borrows() {
    let fixture = fixture().await;
    let shop = Arc::new(Shop { db: fixture.db.clone(), least: -1 });
    let router = Router::new().route("/take/{id}", post(take)).with_state(shop);
    let send = async |path: &str| {
        let request = Request::builder().method("POST").uri(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    assert_eq!(send("/take/1").await, (200, "-1".to_owned()));
    assert_eq!(send("/take/1").await, (409, "-2 is too few".to_owned()));
    assert_eq!(send("/take/9").await, (404, String::new()));
    assert_eq!(stocks(&fixture.db).await, [-1, 1]);
}

#[tokio::test]
async fn a_spawned_task_runs_one_with_what_it_borrows() {
    let fixture = fixture().await;
    let (db, ids) = (fixture.db.clone(), vec![1_i64, 2]);
    let task = tokio::spawn(async move {
        let mut attempts = Vec::new();
        let ids = &ids;
        let moved = db.transaction(|tx| {
            attempts.push(ids.len());
            async move {
                for id in ids {
                    tx.update(Item::id.eq(*id)).inc(Item::stock, 1).await?;
                }
                Ok(ids.len())
            }
        });
        let moved = moved.await;
        (attempts, moved)
    });
    let (attempts, moved) = task.await.unwrap();
    assert_eq!((attempts, moved.unwrap()), (vec![2], 2));

    let db = fixture.db.clone();
    let task = tokio::spawn(async move {
        let text = String::from("borrowed");
        db.transaction(async |tx: Db| {
            tx.update(Item::id.eq(1)).set(Item::name, text.as_str()).await?;
            Ok(text.len())
        })
        .await
    });
    assert_eq!(task.await.unwrap().unwrap(), 8);
    assert_eq!(fixture.db.get(Item::id.eq(1)).await.unwrap().name.as_deref(), Some("borrowed"));
    assert_eq!(stocks(&fixture.db).await, [1, 1]);
}
