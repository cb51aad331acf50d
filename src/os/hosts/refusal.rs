//! Why there can be no hosts here, as far as the system shows it.

use std::fs;

use super::keeper::Stage;

/// What stands in the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Obstacle {
    /// The kernel makes namespaces of that kind for nobody: the setting that counts them is 0, or its number is reached.
    Limit(&'static str, bool),
    /// The setting lets only root make user namespaces.
    Switch(&'static str),
    /// AppArmor lets this program make a user namespace, and be nothing in it.
    AppArmor,
    /// A filter of system calls, as containers have, forbids it.
    Filter,
    /// The kernel has none of these: user namespaces, network namespaces, veth.
    Kernel(&'static str),
    /// /proc/sys cannot be written to, as in containers.
    Settings,
    /// The process could not be started, or it ended.
    Process,
    /// The system does not show what it is.
    Unknown,
}

const APPARMOR: &str = "kernel/apparmor_restrict_unprivileged_userns";
const CLONE: &str = "kernel/unprivileged_userns_clone";
const USERS: &str = "user/max_user_namespaces";
const NETS: &str = "user/max_net_namespaces";

/// What stands in the way, by the errno, how far it came, and what the system shows.
pub(crate) fn obstacle(errno: i32, stage: Stage) -> Obstacle {
    let read = |path: &str| fs::read_to_string(format!("/proc/{path}")).ok();
    let status = read("self/status").unwrap_or_default();
    let filtered = status.lines().any(|line| line.strip_prefix("Seccomp:").is_some_and(|mode| mode.trim() == "2"));
    let has = |space: &str| fs::symlink_metadata(format!("/proc/self/ns/{space}")).is_ok();
    judge(errno, stage, &|path| read(&format!("sys/{path}")), filtered, &has)
}

fn judge(
    errno: i32,
    stage: Stage,
    setting: &dyn Fn(&str) -> Option<String>,
    filtered: bool,
    has: &dyn Fn(&str) -> bool,
) -> Obstacle {
    let number = |path| setting(path).and_then(|text| text.trim().parse::<u64>().ok());
    let denied = matches!(errno, libc::EPERM | libc::EACCES);
    match stage {
        Stage::Spawn => Obstacle::Process,
        _ if !has("net") => Obstacle::Kernel("network namespaces (CONFIG_NET_NS)"),
        Stage::Unshare if !has("user") => Obstacle::Kernel("user namespaces (CONFIG_USER_NS)"),
        Stage::Unshare | Stage::Map if matches!(errno, libc::ENOSPC | libc::EUSERS) => {
            let full = [USERS, NETS].into_iter().find(|path| number(path) == Some(0));
            Obstacle::Limit(full.unwrap_or(USERS), full.is_some())
        }
        Stage::Unshare | Stage::Map if denied && number(APPARMOR) == Some(1) => Obstacle::AppArmor,
        Stage::Unshare if denied && number(CLONE) == Some(0) => Obstacle::Switch(CLONE),
        _ if matches!(errno, libc::EPERM | libc::ENOSYS) && filtered => Obstacle::Filter,
        Stage::Inside => match errno {
            libc::EOPNOTSUPP => Obstacle::Kernel("veth (CONFIG_VETH)"),
            libc::EAFNOSUPPORT => Obstacle::Kernel("packet sockets (CONFIG_PACKET)"),
            libc::EROFS => Obstacle::Settings,
            libc::ENOSPC => Obstacle::Limit(NETS, number(NETS) == Some(0)),
            libc::EPIPE => Obstacle::Process,
            _ => Obstacle::Unknown,
        },
        Stage::Unshare | Stage::Map => Obstacle::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(errno: i32, stage: Stage, settings: &[(&str, &str)], filtered: bool, spaces: &[&str]) -> Obstacle {
        let setting = |path: &str| settings.iter().find(|(p, _)| *p == path).map(|(_, text)| (*text).to_string());
        judge(errno, stage, &setting, filtered, &|space| spaces.contains(&space))
    }

    #[test]
    fn each_obstacle_is_told_from_what_the_system_shows() {
        const BOTH: &[&str] = &["user", "net"];
        let (eperm, enospc) = (libc::EPERM, libc::ENOSPC);
        assert_eq!(of(enospc, Stage::Unshare, &[(USERS, "0\n")], false, BOTH), Obstacle::Limit(USERS, true));
        assert_eq!(of(enospc, Stage::Unshare, &[(USERS, "9"), (NETS, "0")], false, BOTH), Obstacle::Limit(NETS, true));
        assert_eq!(of(enospc, Stage::Unshare, &[(USERS, "9")], false, BOTH), Obstacle::Limit(USERS, false));
        assert_eq!(of(eperm, Stage::Map, &[(APPARMOR, "1\n")], false, BOTH), Obstacle::AppArmor);
        assert_eq!(of(eperm, Stage::Unshare, &[(APPARMOR, "0"), (CLONE, "0")], true, BOTH), Obstacle::Switch(CLONE));
        assert_eq!(of(eperm, Stage::Unshare, &[], true, BOTH), Obstacle::Filter);
        assert_eq!(of(eperm, Stage::Unshare, &[], false, BOTH), Obstacle::Unknown);
        let kernel = of(libc::EINVAL, Stage::Unshare, &[], false, &["net"]);
        assert_eq!(kernel, Obstacle::Kernel("user namespaces (CONFIG_USER_NS)"));
        let kernel = of(libc::EOPNOTSUPP, Stage::Inside, &[], false, BOTH);
        assert_eq!(kernel, Obstacle::Kernel("veth (CONFIG_VETH)"));
        assert_eq!(of(libc::EROFS, Stage::Inside, &[], true, BOTH), Obstacle::Settings);
    }
}
