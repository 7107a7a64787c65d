//! One connection of `kubectl port-forward`: for each connection to a port a stream of data, and one for what went wrong.

use super::frames::{self, Frame};
use super::headers::{Reader, Writer};
use super::pod_ports::PodPorts;
use apiserver::Object;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// So many streams are open at a time on one connection: two for each connection to a port.
const STREAMS_MAX: usize = 512;
/// How much waits between the port and the client, in bytes, and how much goes into one frame.
const PIECE_BYTES: usize = 32 << 10;
/// How many frames wait for the client.
const FRAMES_MAX: usize = 16;

/// Serves one connection until it ends.
pub(super) async fn run(stream: impl AsyncRead + AsyncWrite + Send + 'static, pod: Object, ports: Arc<dyn PodPorts>) {
    let (mut from, to) = tokio::io::split(stream);
    let (sender, receiver) = mpsc::channel(FRAMES_MAX);
    let mut tasks = JoinSet::new();
    tasks.spawn(write_all(to, receiver));
    let mut session = Session {
        pod,
        ports,
        sender,
        streams: BTreeMap::new(),
        errors: BTreeMap::new(),
        reader: Reader::new(),
        writer: Writer::default(),
        tasks,
    };
    while let Ok(Some(frame)) = frames::read(&mut from).await {
        if session.take(frame).await.is_err() {
            return;
        }
    }
}

async fn write_all(mut to: WriteHalf<impl AsyncWrite>, mut frames: mpsc::Receiver<Bytes>) {
    while let Some(frame) = frames.recv().await {
        if to.write_all(&frame).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}

/// The connection cannot go on.
struct Over;

struct Session {
    pod: Object,
    ports: Arc<dyn PodPorts>,
    sender: mpsc::Sender<Bytes>,
    streams: BTreeMap<u32, Stream>,
    /// The streams for what goes wrong, by the connection they belong to.
    errors: BTreeMap<String, u32>,
    reader: Reader,
    writer: Writer,
    /// What carries data from ports to the client. They end with the session.
    tasks: JoinSet<()>,
}

enum Stream {
    /// For what goes wrong; the client sends nothing on it.
    Error,
    /// To a port; `None` once the client has sent all.
    Data(Option<WriteHalf<DuplexStream>>),
}

impl Session {
    async fn take(&mut self, frame: Frame) -> Result<(), Over> {
        match frame {
            Frame::Begin { stream, headers, is_last: _ } => self.begin(stream, &headers).await,
            // They build on those before and prime those after.
            Frame::Headers { headers } => self.reader.read(&headers).map(drop).map_err(|_| Over),
            Frame::Data { stream, data, is_last } => {
                self.carry(stream, &data, is_last).await;
                Ok(())
            }
            Frame::Reset { stream } => {
                self.streams.remove(&stream);
                self.errors.retain(|_, own| *own != stream);
                Ok(())
            }
            Frame::Ping { id } => self.send(frames::pong(id)).await,
            Frame::GoAway | Frame::Other => Ok(()),
        }
    }

    async fn begin(&mut self, stream: u32, headers: &[u8]) -> Result<(), Over> {
        let headers = self.reader.read(headers).map_err(|_| Over)?;
        if self.streams.len() >= STREAMS_MAX {
            return self.send(frames::reset(stream, frames::REFUSED_STREAM)).await;
        }
        let text = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
        let port = text("port").parse::<u16>().ok().filter(|port| *port > 0);
        match (text("streamtype"), port) {
            ("error", Some(_)) => {
                self.errors.insert(text("requestid").to_owned(), stream);
                self.streams.insert(stream, Stream::Error);
                let reply = frames::reply(stream, &self.writer.none());
                self.send(reply).await
            }
            ("data", Some(port)) => {
                let reply = frames::reply(stream, &self.writer.none());
                self.send(reply).await?;
                let error = self.errors.remove(text("requestid"));
                self.connect(stream, error, port).await
            }
            _ => self.send(frames::reset(stream, frames::PROTOCOL_ERROR)).await,
        }
    }

    /// Connects a stream of data with a port of the pod, or says why not.
    async fn connect(&mut self, stream: u32, error: Option<u32>, port: u16) -> Result<(), Over> {
        if !self.ports.listens(&self.pod, port) {
            let why = format!("nothing listens at port {port} of the pod {}", self.pod.name());
            if let Some(error) = error {
                self.send(frames::data(error, why.as_bytes())).await?;
            }
            return self.end(stream, error).await;
        }
        let (here, there) = tokio::io::duplex(PIECE_BYTES);
        self.ports.converse(&self.pod, port, there);
        let (from, to) = tokio::io::split(here);
        self.streams.insert(stream, Stream::Data(Some(to)));
        self.tasks.spawn(bring(from, stream, error, self.sender.clone()));
        // Those that have ended are forgotten.
        while self.tasks.try_join_next().is_some() {}
        Ok(())
    }

    async fn end(&mut self, stream: u32, error: Option<u32>) -> Result<(), Over> {
        for one in error.into_iter().chain([stream]) {
            self.streams.remove(&one);
            self.send(frames::end(one)).await?;
        }
        Ok(())
    }

    /// Data for a port. A port that does not listen any more has ended the stream itself.
    async fn carry(&mut self, stream: u32, data: &[u8], is_last: bool) {
        let Some(known) = self.streams.get_mut(&stream) else { return };
        if let Stream::Data(Some(to)) = known {
            let failed = to.write_all(data).await.is_err();
            if is_last || failed {
                // The port learns that no more comes, and may still answer.
                let _ = to.shutdown().await;
            }
        }
        if is_last {
            match known {
                Stream::Error => drop(self.streams.remove(&stream)),
                Stream::Data(to) => *to = None,
            }
        }
    }

    async fn send(&self, frame: Bytes) -> Result<(), Over> {
        self.sender.send(frame).await.map_err(|_| Over)
    }
}

/// Brings what a port says to the client, and tells it when that was all.
async fn bring(mut from: ReadHalf<DuplexStream>, stream: u32, error: Option<u32>, sender: mpsc::Sender<Bytes>) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut piece).await {
            Ok(read) if read > 0 => {
                if sender.send(frames::data(stream, &piece[..read])).await.is_err() {
                    return;
                }
            }
            _ => break,
        }
    }
    for one in error.into_iter().chain([stream]) {
        if sender.send(frames::end(one)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A port that answers everything in capitals.
    #[derive(Debug)]
    struct Shouting;

    impl PodPorts for Shouting {
        fn listens(&self, _: &Object, port: u16) -> bool {
            port == 80
        }

        fn converse(&self, _: &Object, _: u16, mut stream: DuplexStream) {
            tokio::spawn(async move {
                let mut said = String::new();
                stream.read_to_string(&mut said).await.expect("text");
                stream.write_all(said.to_uppercase().as_bytes()).await.expect("somebody listens");
            });
        }
    }

    /// A block of headers, stored; `first` with the head of the zlib stream.
    fn headers(first: &[u8], kind: &str, port: &str) -> Vec<u8> {
        let mut text = 3_u32.to_be_bytes().to_vec();
        for word in ["streamtype", kind, "port", port, "requestid", "0"] {
            text.extend_from_slice(&(word.len() as u32).to_be_bytes());
            text.extend_from_slice(word.as_bytes());
        }
        let length = text.len() as u16;
        [first, &[0], &length.to_le_bytes(), &(!length).to_le_bytes(), &text].concat()
    }

    fn begin(stream: u8, block: &[u8]) -> Vec<u8> {
        let length = (block.len() + 10) as u16;
        let head = [0x80, 3, 0, 1, 0, 0, (length >> 8) as u8, length as u8, 0, 0, 0, stream, 0, 0, 0, 0, 0, 0];
        [&head[..], block].concat()
    }

    fn pod() -> Object {
        let value = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}});
        Object::from_value(&value).expect("a pod")
    }

    /// What comes back on the streams of data and of errors, after their replies.
    async fn told(port: &str, said: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        tokio::spawn(run(server, pod(), Arc::new(Shouting)));
        client.write_all(&begin(1, &headers(&[0x78, 0x01], "error", port))).await.expect("sent");
        client.write_all(&frames::end(1)).await.expect("sent");
        client.write_all(&begin(3, &headers(&[], "data", port))).await.expect("sent");
        client.write_all(&frames::data(3, said)).await.expect("sent");
        client.write_all(&frames::end(3)).await.expect("sent");
        let (mut data, mut error, mut ended) = (Vec::new(), Vec::new(), 0);
        while ended < 2 {
            match frames::read(&mut client).await.expect("a frame").expect("more") {
                Frame::Data { stream, data: piece, is_last } => {
                    if stream == 3 {
                        data.extend_from_slice(&piece)
                    } else {
                        error.extend_from_slice(&piece)
                    }
                    ended += u32::from(is_last);
                }
                other => assert!(matches!(other, Frame::Headers { .. }), "{other:?}"),
            }
        }
        (data, error)
    }

    #[tokio::test]
    async fn a_port_is_talked_to_and_both_streams_end() {
        assert_eq!(told("80", b"hello").await, (b"HELLO".to_vec(), Vec::new()));
    }

    #[tokio::test]
    async fn a_port_where_nothing_listens_is_told_on_the_stream_of_errors() {
        let why = b"nothing listens at port 81 of the pod p".to_vec();
        assert_eq!(told("81", b"hello").await, (Vec::new(), why));
    }

    #[tokio::test]
    async fn streams_beyond_the_limit_are_refused_and_nonsense_ends_the_connection() {
        let (mut client, server) = tokio::io::duplex(1 << 20);
        let running = tokio::spawn(run(server, pod(), Arc::new(Shouting)));
        for number in 0..=STREAMS_MAX {
            let first: &[u8] = if number == 0 { &[0x78, 0x01] } else { &[] };
            let stream = (number as u32 * 2 + 1).to_be_bytes();
            let mut frame = begin(0, &headers(first, "error", "80"));
            frame[8..12].copy_from_slice(&stream);
            client.write_all(&frame).await.expect("sent");
        }
        let mut last = None;
        for _ in 0..=STREAMS_MAX {
            last = frames::read(&mut client).await.expect("a frame");
        }
        assert_eq!(last, Some(Frame::Reset { stream: STREAMS_MAX as u32 * 2 + 1 }));
        client.write_all(&[0xff; 64]).await.expect("sent");
        running.await.expect("it ended");
    }
}
