//! The same requests in the same order give the same answers.

use crate::client::{MAPS, config_map, send, server};
use serde_json::{Value, json};

async fn trace() -> Vec<Value> {
    let server = server();
    let mut answers = Vec::new();
    for index in 0..20 {
        let name = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "g-"}});
        answers.push(send(&server, "POST", MAPS, &name).await.1);
        answers.push(send(&server, "POST", MAPS, &config_map(&format!("m{index}"), "1")).await.1);
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"generateName": "s-"},
            "spec": {"ports": [{"port": 80}]}});
        answers.push(send(&server, "POST", "/api/v1/namespaces/default/services", &service).await.1);
    }
    answers.push(send(&server, "GET", MAPS, &Value::Null).await.1);
    answers
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_answers() {
    let first = trace().await;
    for _ in 0..20 {
        assert_eq!(trace().await, first);
    }
}
