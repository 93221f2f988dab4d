//! HTTP server on loopback that fails, hangs or answers as a test needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Answer to a request.
#[derive(Clone, Copy)]
pub enum Answer {
    Status(u16),
    /// No answer until the client gives up.
    Hang,
}

/// Server with a secret address.
pub struct Server {
    pub url: String,
    requests: Receiver<serde_json::Value>,
}

impl Server {
    /// Starts a server that answers one request after the other. It repeats the last answer.
    pub fn start(answers: &'static [Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hooks/s3cr3t-token", listener.local_addr().expect("an address"));
        let (sender, requests) = mpsc::channel();
        std::thread::spawn(move || {
            let mut answers = answers.iter();
            let mut answer = Answer::Hang;
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                while let Some(body) = request(&mut stream) {
                    answer = answers.next().copied().unwrap_or(answer);
                    if sender.send(body).is_err() {
                        return;
                    }
                    match answer {
                        Answer::Status(status) => {
                            drop(write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n"))
                        }
                        Answer::Hang => drop(stream.read(&mut [0])),
                    }
                }
            }
        });
        Self { url, requests }
    }

    /// Returns the next request. The time limit only ends a failing test.
    pub fn next(&self) -> serde_json::Value {
        self.requests.recv_timeout(Duration::from_secs(60)).expect("a request")
    }

    /// Returns the number of unread requests.
    pub fn left(&self) -> usize {
        self.requests.try_iter().count()
    }
}

/// Returns the body of a request; `None` if the client closed the connection.
fn request(stream: &mut TcpStream) -> Option<serde_json::Value> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("a JSON body"))
}
