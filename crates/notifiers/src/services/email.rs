//! E-mail by SMTP: TLS from the first byte on port 465, elsewhere as soon as the server offers it.
//!
//! RFC 5321, RFC 3207 (STARTTLS), RFC 4954 (AUTH).

use super::Sending;
use crate::context::TIMEOUT;
use crate::error::SendError;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;
use url::Url;
use web::ServerTrust;

/// The port on which TLS comes first.
const TLS_PORT: u16 = 465;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let (options, fields) = (sending.options, sending.fields());
    let host = options.text("host");
    let port = options.number("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(25);
    let mut builder = Message::builder().from(mailbox("from", options.text("from"))?).subject(fields.text("subject"));
    for recipient in sending.recipient().split(',') {
        builder = builder.to(mailbox("recipient", recipient)?);
    }
    let message = dated(builder, sending, host);
    let kind = if options.is("html") { ContentType::TEXT_HTML } else { ContentType::TEXT_PLAIN };
    let message = message.header(kind).body(fields.text_or("body", sending.message).to_owned());
    let message = message.map_err(|error| format!("the message cannot be written: {error}"))?;
    let transport = transport(sending, host, port).await?;
    let sent = timeout(TIMEOUT, transport.send(message)).await;
    let sent = sent.map_err(|_| format!("{host} did not take the message within {}s (limit)", TIMEOUT.as_secs()))?;
    sent.map(drop).map_err(|error| format!("{host} did not take the message: {}", web::root_cause(&error)).into())
}

fn mailbox(what: &str, text: &str) -> Result<Mailbox, String> {
    text.trim().parse().map_err(|_| format!("{what} {:?} is no address of e-mail", text.trim()))
}

/// The moment and the name of a message come from the clock that is handed in.
fn dated(builder: MessageBuilder, sending: &Sending<'_>, host: &str) -> MessageBuilder {
    let clock = &sending.context.clock;
    let seconds = u64::try_from(clock.now().as_second()).unwrap_or_default();
    let id = format!("<{}@{host}>", clock.random("mail").uuid());
    builder.date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).message_id(Some(id))
}

/// The connection goes to an address that was judged; certificates are of the host that was named.
async fn transport(
    sending: &Sending<'_>,
    host: &str,
    port: u16,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, SendError> {
    let options = sending.options;
    let address = address(sending, host, port).await?;
    let tls = tls(sending, host)?;
    let tls = if port == TLS_PORT { Tls::Wrapper(tls) } else { Tls::Opportunistic(tls) };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(address.port())
        .tls(tls)
        .timeout(Some(TIMEOUT));
    let (username, password) = (options.text("username"), options.text("password"));
    if !username.is_empty() && !password.is_empty() {
        builder = builder.credentials(Credentials::new(username.to_owned(), password.to_owned()));
    }
    Ok(builder.build())
}

/// Where the server is.
async fn address(sending: &Sending<'_>, host: &str, port: u16) -> Result<SocketAddr, SendError> {
    let place = format!("{host}:{port}");
    let place = sending.context.endpoint("email", &place);
    let url = Url::parse(&format!("http://{place}")).map_err(|_| format!("host {host:?} is no name of a server"))?;
    let reach = sending.context.reach(&url).await;
    let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let found = web::addresses(name, url.port_or_known_default().unwrap_or(port), reach).await;
    let found = found.map_err(|error| format!("{host} cannot be reached: {}", web::root_cause(&error)))?;
    Ok(*found.first().ok_or_else(|| format!("{host} has no address"))?)
}

fn tls(sending: &Sending<'_>, host: &str) -> Result<TlsParameters, SendError> {
    let wrong = |error: lettre::transport::smtp::Error| {
        SendError::failed(format!("TLS cannot be set up: {}", web::root_cause(&error)))
    };
    let is_careless = sending.options.is("insecure_skip_verify");
    let mut builder = TlsParameters::builder(host.to_owned()).dangerous_accept_invalid_certs(is_careless);
    if let ServerTrust::Only(pem) = sending.context.trusting(ServerTrust::System, host) {
        builder = builder.certificate_store(CertificateStore::None);
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| "the certificate authorities given cannot be read")?;
            builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec()).map_err(wrong)?);
        }
    }
    builder.build_rustls().map_err(wrong)
}
