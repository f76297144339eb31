//! Tests of the limits: places with numbers and with sockets, times with a paused clock.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance};

use super::*;

const FEW: Limits = Limits { connections: 3, strangers: 2 };

#[test]
fn oldest_stranger_makes_room_first() {
    let mut registry = Registry::default();
    let (a, b) = (registry.add(FEW).unwrap(), registry.add(FEW).unwrap());
    registry.change(a, |_| {});
    let c = registry.add(FEW).unwrap();
    // B was unused for the longest time.
    assert_eq!(registry.open.keys().copied().collect::<Vec<_>>(), [a, c]);
    registry.change(a, |entry| entry.known = true);
    let d = registry.add(FEW).unwrap();
    assert_eq!(registry.open.len(), 3);
    let e = registry.add(FEW).unwrap();
    assert_eq!(registry.open.keys().copied().collect::<Vec<_>>(), [a, d, e]);
    assert!(![b, c].iter().any(|gone| registry.open.contains_key(gone)));
    // Without strangers an idle connection of a client makes room.
    for known in [d, e] {
        registry.change(known, |entry| entry.known = true);
    }
    let f = registry.add(FEW).unwrap();
    assert_eq!(registry.open.keys().copied().collect::<Vec<_>>(), [d, e, f]);
}

#[test]
fn a_connection_that_is_being_answered_stays() {
    let mut registry = Registry::default();
    let (a, b) = (registry.add(FEW).unwrap(), registry.add(FEW).unwrap());
    registry.change(a, |entry| entry.answering += 1);
    registry.change(b, |entry| entry.answering += 1);
    assert_eq!(registry.add(FEW), None);
    registry.change(a, |entry| entry.answering -= 1);
    let c = registry.add(FEW).unwrap();
    assert_eq!(registry.open.keys().copied().collect::<Vec<_>>(), [b, c]);
}

/// A server that greets each connection and knows those that say `k`; those that say `b` are being answered until they leave.
async fn greeter(limits: Limits) -> (SocketAddr, JoinHandle<Infallible>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = |mut stream: TcpStream, slot: Arc<Slot>| async move {
        let mut held = Vec::new();
        stream.write_all(b"+").await.unwrap();
        while let Ok(byte) = stream.read_u8().await {
            match byte {
                b'k' => slot.set_known(),
                b'b' => held.push(slot.answering()),
                _ => {}
            }
            stream.write_all(&[byte]).await.unwrap();
        }
    };
    let connections = Connections::new(limits);
    let task = tokio::spawn(async move { connections.accept(listener, serve).await });
    (address, task)
}

/// A connection that the server has accepted, and that has said something.
async fn client(address: SocketAddr, word: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'+');
    stream.write_all(word.as_bytes()).await.unwrap();
    let mut said = vec![0; word.len()];
    stream.read_exact(&mut said).await.unwrap();
    stream
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    stream.read_u8().await.is_err()
}

async fn is_open(stream: &mut TcpStream) -> bool {
    stream.write_all(b"?").await.is_ok() && matches!(stream.read_u8().await, Ok(b'?'))
}

#[tokio::test]
async fn strangers_do_not_keep_clients_out() {
    let (address, _server) = greeter(FEW).await;
    let mut known = client(address, "k").await;
    let mut strangers = Vec::new();
    for _ in 0..20 {
        strangers.push(client(address, "").await);
    }
    for stranger in &mut strangers[..18] {
        assert!(is_closed(stranger).await);
    }
    assert!(is_open(&mut known).await);
    let mut late = client(address, "k").await;
    assert!(is_open(&mut late).await && is_open(&mut known).await);
}

#[tokio::test]
async fn a_client_waits_for_the_end_of_an_answer() {
    let (address, server) = greeter(FEW).await;
    let (first, mut second) = (client(address, "b").await, client(address, "b").await);
    let mut waiting = TcpStream::connect(address).await.unwrap();
    // The server's tasks have run, and have not greeted the third.
    assert!(is_open(&mut second).await);
    assert!(matches!(waiting.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock));
    drop(first);
    assert_eq!(waiting.read_u8().await.unwrap(), b'+');
    server.abort();
    assert!(is_closed(&mut waiting).await && is_closed(&mut second).await);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_nobody_reads_fails_in_time() {
    let limit = Duration::from_secs(30);
    let (near, mut far) = duplex(4);
    let mut limited = WriteLimit::new(near, limit);
    let started = Instant::now();
    limited.write_all(b"four").await.unwrap();
    let failed = limited.write_all(b"more").await.unwrap_err();
    assert_eq!((failed.kind(), started.elapsed().as_secs()), (std::io::ErrorKind::TimedOut, 30));

    // Each write has the whole time.
    let (near, mut slow) = duplex(4);
    let mut limited = WriteLimit::new(near, limit);
    let writer = tokio::spawn(async move { limited.write_all(&[7; 40]).await });
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(29)).await;
        slow.read_exact(&mut [0; 4]).await.unwrap();
    }
    writer.await.unwrap().unwrap();
    far.read_exact(&mut [0; 4]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn log_lines_are_counted_when_they_are_left_out() {
    let limit = LogLimit::new(2, Duration::from_secs(10));
    let permits = |times: u32| (0..times).map(|_| limit.permit()).collect::<Vec<_>>();
    assert_eq!(permits(5), [Some(0), Some(0), None, None, None]);
    advance(Duration::from_secs(9)).await;
    assert_eq!(permits(1), [None]);
    advance(Duration::from_secs(1)).await;
    assert_eq!(permits(3), [Some(4), Some(0), None]);
    assert_eq!(left_out(4).as_deref(), Some("4 more lines were left out"));
}
