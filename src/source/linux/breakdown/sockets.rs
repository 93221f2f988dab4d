//! Names of sockets: protocol, state and peer by inode number, from the tables of the network namespace of a process.

use std::collections::{HashMap, HashSet};
use std::ffi::CStr;
use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;
use std::os::fd::AsFd;

use procfs::net::{TcpNetEntries, TcpNetEntry, TcpState, UdpNetEntries, UdpNetEntry, UnixNetEntries, UnixNetEntry};
use procfs::{FromBufRead, FromBufReadSI, current_system_info};

use super::super::proc_root;

/// Number of peers of one protocol and state that are listed by name.
const MAX_PEERS: usize = 8;

/// Protocol and state of a socket, and its peer if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SocketName {
    state: String,
    peer: String,
}

/// Counts the sockets with these inode numbers by name.
///
/// Sockets of an unreadable table, and those of another network namespace, stay unnamed.
pub(super) fn count_by_name(folder: impl AsFd, inodes: &HashSet<u64>) -> Vec<(String, u64)> {
    let mut known: HashMap<u64, SocketName> = HashMap::new();
    let mut tcp = read_tcp(&folder, c"net/tcp");
    tcp.extend(read_tcp(&folder, c"net/tcp6"));
    let served: HashSet<u16> =
        tcp.iter().filter(|entry| entry.state == TcpState::Listen).map(|entry| entry.local_address.port()).collect();
    for entry in tcp.into_iter().filter(|entry| inodes.contains(&entry.inode)) {
        let state = format!("tcp {}", state_name(&entry.state));
        let peer = tcp_peer(&entry.state, entry.local_address, entry.remote_address, &served);
        known.insert(entry.inode, SocketName { state, peer });
    }
    for entry in read_udp(&folder, c"net/udp").into_iter().chain(read_udp(&folder, c"net/udp6")) {
        let peer = match entry.remote_address.port() {
            0 => format!("on :{}", entry.local_address.port()),
            _ => format!("to {}", unmapped(entry.remote_address)),
        };
        known.insert(entry.inode, SocketName { state: "udp".to_owned(), peer });
    }
    for entry in read_unix(&folder) {
        let peer = entry.path.map_or_else(|| "without a path".to_owned(), |path| path.display().to_string());
        known.insert(entry.inode, SocketName { state: "unix".to_owned(), peer });
    }
    let mut counts: HashMap<SocketName, u64> = HashMap::new();
    for inode in inodes {
        let name = known
            .remove(inode)
            .unwrap_or_else(|| SocketName { state: "unconnected, or of another kind".to_owned(), peer: String::new() });
        *counts.entry(name).or_default() += 1;
    }
    merge_rare_peers(counts)
}

fn open_table(folder: impl AsFd, name: &CStr) -> Option<BufReader<File>> {
    proc_root::open_file(folder, name).ok().map(|file| BufReader::new(File::from(file)))
}

fn read_tcp(folder: impl AsFd, name: &CStr) -> Vec<TcpNetEntry> {
    let table = open_table(folder, name);
    let entries = table.and_then(|table| TcpNetEntries::from_buf_read(table, current_system_info()).ok());
    entries.map_or_else(Vec::new, |entries| entries.0)
}

fn read_udp(folder: impl AsFd, name: &CStr) -> Vec<UdpNetEntry> {
    let table = open_table(folder, name);
    let entries = table.and_then(|table| UdpNetEntries::from_buf_read(table, current_system_info()).ok());
    entries.map_or_else(Vec::new, |entries| entries.0)
}

fn read_unix(folder: impl AsFd) -> Vec<UnixNetEntry> {
    let entries = open_table(folder, c"net/unix").and_then(|table| UnixNetEntries::from_buf_read(table).ok());
    entries.map_or_else(Vec::new, |entries| entries.0)
}

/// Sums up the peers beyond the most frequent ones of each state.
fn merge_rare_peers(counts: HashMap<SocketName, u64>) -> Vec<(String, u64)> {
    let mut by_state: HashMap<String, Vec<(String, u64)>> = HashMap::new();
    for (SocketName { state, peer }, count) in counts {
        by_state.entry(state).or_default().push((peer, count));
    }
    let mut names = Vec::new();
    for (state, mut peers) in by_state {
        peers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let others = peers.split_off(peers.len().min(MAX_PEERS));
        names.extend(peers.into_iter().map(|(peer, count)| (format!("{state} {peer}").trim_end().to_owned(), count)));
        let count = others.iter().map(|(_, count)| count).sum();
        if count > 0 {
            names.push((format!("{state}, other peers"), count));
        }
    }
    names
}

/// Returns the name of the peer. Connections of a server share its port; the port of a client is arbitrary.
fn tcp_peer(state: &TcpState, local: SocketAddr, remote: SocketAddr, served: &HashSet<u16>) -> String {
    if *state == TcpState::Listen {
        format!("on {}", unmapped(local))
    } else if served.contains(&local.port()) {
        format!("from {} on :{}", remote.ip().to_canonical(), local.port())
    } else {
        format!("to {}", unmapped(remote))
    }
}

/// Converts an IPv4 address that is mapped into IPv6 back to IPv4.
fn unmapped(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Returns the name of a state that ss(8) and netstat(8) use.
fn state_name(state: &TcpState) -> &'static str {
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

    fn peer_of(served: &HashSet<u16>, state: TcpState, local: &str, remote: &str) -> String {
        tcp_peer(&state, local.parse().expect("an address"), remote.parse().expect("an address"), served)
    }

    #[test]
    fn a_server_is_named_by_its_port_and_a_client_by_its_address() {
        let served = HashSet::from([8080]);
        assert_eq!(peer_of(&served, TcpState::CloseWait, "10.0.0.1:40000", "10.0.0.5:5432"), "to 10.0.0.5:5432");
        assert_eq!(
            peer_of(&served, TcpState::Established, "[::]:8080", "[::ffff:10.0.0.9]:51000"),
            "from 10.0.0.9 on :8080"
        );
        assert_eq!(peer_of(&served, TcpState::Listen, "0.0.0.0:8080", "0.0.0.0:0"), "on 0.0.0.0:8080");
    }

    #[test]
    fn rare_peers_are_counted_together() {
        let socket = |n: u64| SocketName { state: "tcp CLOSE_WAIT".to_owned(), peer: format!("from 10.0.0.{n}") };
        let mut names = merge_rare_peers((0..20).map(|n| (socket(n), 100 - n)).collect());
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        assert_eq!(names.len(), MAX_PEERS + 1);
        assert_eq!(names[0], ("tcp CLOSE_WAIT, other peers".to_owned(), (8..20).map(|n| 100 - n).sum()));
        assert_eq!(names[1], ("tcp CLOSE_WAIT from 10.0.0.0".to_owned(), 100));
    }
}
