//! Own process: the memory of leakwatch itself, and the name of its host.

/// Returns the highest RSS of this process so far, in bytes (`VmHWM`, proc(5)); `None` on other systems than Linux.
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

/// Returns the name of this host; `None` if the system has none.
#[must_use]
pub fn host_name() -> Option<String> {
    sysinfo::System::host_name().ok()
}
