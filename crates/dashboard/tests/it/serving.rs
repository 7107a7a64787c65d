//! The socket: where it listens, what it refuses, how it ends.

use crate::stage::Stage;
use dashboard::{Bound, Options, ServeError, Token};
use std::net::SocketAddr;

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

#[tokio::test]
async fn it_listens_where_it_may() {
    let stage = Stage::real().await;
    let start = async |at: &str, change: &dyn Fn(&mut Options)| {
        let mut options = Options::new("shop");
        change(&mut options);
        Bound::take(address(at), options).await?.serve(stage.client.clone(), &stage.clock)
    };
    let served = start("127.0.0.1:0", &|_| {}).await.expect("it is served");
    let taken = start(&served.address.to_string(), &|_| {}).await.expect_err("it is taken");
    assert!(matches!(&taken, ServeError::Bind { .. }), "{taken}");
    assert!(matches!(start("0.0.0.0:0", &|_| {}).await, Err(ServeError::Open(_))));
    let token = Token::random();
    start("0.0.0.0:0", &|options| options.token.clone_from(&token)).await.expect("with a token it is served");
    assert!(matches!(start("127.0.0.1:0", &|it| it.root = "a b".into()).await, Err(ServeError::Root(_))));

    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let root = client.get(format!("http://{}/", served.address)).send().await.expect("an answer");
    assert_eq!((root.status().as_u16(), &root.headers()["location"]), (303, &"/rollouts/".parse().expect("text")));
    let list = client.get(served.url()).send().await.expect("an answer");
    assert_eq!(list.status(), 200);
    let stream = client.get(format!("{}live/list", served.url())).send().await.expect("an answer");
    drop(served);
    assert!(stream.bytes().await.is_err(), "streams end with it");
}
