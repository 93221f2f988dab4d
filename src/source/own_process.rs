//! What leakwatch itself holds, and where it runs.

/// Highest RSS of this process, in bytes; `None` where the system does not tell (`VmHWM`, proc(5)).
#[must_use]
pub fn own_peak_rss_bytes() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let status = ::procfs::process::Process::myself().ok()?.status().ok()?;
        status.vmhwm.map(|kib| kib * 1024)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// The name of this host; `None` where the system does not tell.
#[must_use]
pub fn host_name() -> Option<String> {
    sysinfo::System::host_name().ok()
}
