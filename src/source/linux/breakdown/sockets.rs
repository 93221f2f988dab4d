//! What sockets are: protocol, state and peer by inode number, from the tables of the network namespace of a process.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::os::fd::AsFd;

use procfs::net::{TcpNetEntries, TcpState, UdpNetEntries, UnixNetEntries};
use procfs::{FromBufRead, FromBufReadSI, current_system_info};

use super::super::proc_root;

/// Peers of one protocol and state that are told apart.
const PEERS: usize = 8;

/// A socket: its protocol and state, and the other end where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Socket {
    state: String,
    peer: String,
}

/// Names the sockets with these inode numbers, each with how many there are of it.
///
/// A table that cannot be read leaves its sockets unnamed; so does one of another network namespace.
pub(super) fn names(folder: impl AsFd, inodes: &HashSet<u64>) -> Vec<(String, u64)> {
    let mut known: HashMap<u64, Socket> = HashMap::new();
    let table = |name| proc_root::open(&folder, name).ok().map(|file| BufReader::new(File::from(file)));
    let mut tcp = Vec::new();
    for name in [c"net/tcp", c"net/tcp6"] {
        let entries = table(name).and_then(|file| TcpNetEntries::from_buf_read(file, current_system_info()).ok());
        tcp.extend(entries.map_or_else(Vec::new, |entries| entries.0));
    }
    let served: HashSet<u16> =
        tcp.iter().filter(|entry| entry.state == TcpState::Listen).map(|entry| entry.local_address.port()).collect();
    for entry in tcp.into_iter().filter(|entry| inodes.contains(&entry.inode)) {
        let state = format!("tcp {}", state(&entry.state));
        let (local, remote) = (entry.local_address, entry.remote_address);
        known.insert(entry.inode, Socket { state, peer: peer(&entry.state, local, remote, &served) });
    }
    for name in [c"net/udp", c"net/udp6"] {
        let entries = table(name).and_then(|file| UdpNetEntries::from_buf_read(file, current_system_info()).ok());
        for entry in entries.map_or_else(Vec::new, |entries| entries.0) {
            let peer = match entry.remote_address.port() {
                0 => format!("on :{}", entry.local_address.port()),
                _ => format!("to {}", plain(entry.remote_address)),
            };
            known.insert(entry.inode, Socket { state: "udp".to_owned(), peer });
        }
    }
    let entries = table(c"net/unix").and_then(|file| UnixNetEntries::from_buf_read(file).ok());
    for entry in entries.map_or_else(Vec::new, |entries| entries.0) {
        let peer = entry.path.map_or_else(|| "without a path".to_owned(), |path| path.display().to_string());
        known.insert(entry.inode, Socket { state: "unix".to_owned(), peer });
    }
    let unknown = || Socket { state: "unconnected, or of another kind".to_owned(), peer: String::new() };
    let mut counts: HashMap<Socket, u64> = HashMap::new();
    for inode in inodes {
        *counts.entry(known.remove(inode).unwrap_or_else(unknown)).or_default() += 1;
    }
    join_peers(counts)
}

/// Where one state has very many peers, which says more than any of them, they are counted together.
fn join_peers(counts: HashMap<Socket, u64>) -> Vec<(String, u64)> {
    let mut by_state: HashMap<String, Vec<(String, u64)>> = HashMap::new();
    for (Socket { state, peer }, count) in counts {
        by_state.entry(state).or_default().push((peer, count));
    }
    let mut names = Vec::new();
    for (state, mut peers) in by_state {
        peers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let others = peers.split_off(peers.len().min(PEERS));
        names.extend(peers.into_iter().map(|(peer, count)| (format!("{state} {peer}").trim_end().to_owned(), count)));
        let count = others.iter().map(|(_, count)| count).sum();
        if count > 0 {
            names.push((format!("{state}, other peers"), count));
        }
    }
    names
}

/// The other end: a server is told by its port, a client only by its address, for its port is another one each time.
fn peer(state: &TcpState, local: SocketAddr, remote: SocketAddr, served: &HashSet<u16>) -> String {
    if *state == TcpState::Listen {
        format!("on {}", plain(local))
    } else if served.contains(&local.port()) {
        format!("from {} on :{}", remote.ip().to_canonical(), local.port())
    } else {
        format!("to {}", plain(remote))
    }
}

/// An IPv4 peer of an IPv6 socket as what it is.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The names that `ss` and netstat(8) use.
fn state(state: &TcpState) -> &'static str {
    match state {
        TcpState::Established => "ESTABLISHED",
        TcpState::SynSent => "SYN_SENT",
        TcpState::SynRecv | TcpState::NewSynRecv => "SYN_RECV",
        TcpState::FinWait1 => "FIN_WAIT1",
        TcpState::FinWait2 => "FIN_WAIT2",
        TcpState::TimeWait => "TIME_WAIT",
        TcpState::Close => "CLOSE",
        TcpState::CloseWait => "CLOSE_WAIT",
        TcpState::LastAck => "LAST_ACK",
        TcpState::Listen => "LISTEN",
        TcpState::Closing => "CLOSING",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_told_by_its_port_and_a_client_by_its_address() {
        let served = HashSet::from([8080]);
        let address = |text: &str| text.parse().expect("an address");
        let name = |state, local, remote| peer(&state, address(local), address(remote), &served);
        assert_eq!(name(TcpState::CloseWait, "10.0.0.1:40000", "10.0.0.5:5432"), "to 10.0.0.5:5432");
        assert_eq!(name(TcpState::Established, "[::]:8080", "[::ffff:10.0.0.9]:51000"), "from 10.0.0.9 on :8080");
        assert_eq!(name(TcpState::Listen, "0.0.0.0:8080", "0.0.0.0:0"), "on 0.0.0.0:8080");
    }

    #[test]
    fn many_peers_are_counted_together() {
        let socket = |n: u64| Socket { state: "tcp CLOSE_WAIT".to_owned(), peer: format!("from 10.0.0.{n}") };
        let mut names = join_peers((0..20).map(|n| (socket(n), 100 - n)).collect());
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        assert_eq!(names.len(), PEERS + 1);
        assert_eq!(names[0], ("tcp CLOSE_WAIT, other peers".to_owned(), (8..20).map(|n| 100 - n).sum()));
        assert_eq!(names[1], ("tcp CLOSE_WAIT from 10.0.0.0".to_owned(), 100));
    }
}
