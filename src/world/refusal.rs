//! Why there can be no hosts here, in words, and how to allow them.

use crate::os::hosts::{Obstacle, Stage, obstacle};
use crate::value::{Failure, Reason};

/// Why there can be no hosts here.
pub(super) fn refused(errno: i32, stage: Stage) -> Failure {
    const ROOT: &str = "as root it works without user namespaces";
    let (why, cure) = match obstacle(errno, stage) {
        Obstacle::Limit(setting, true) => (
            format!("{} is 0 here", setting.replace('/', ".")),
            format!("as root: sysctl -w {}=10000", setting.replace('/', ".")),
        ),
        Obstacle::Limit(setting, false) => (
            format!("there are as many namespaces as {} allows", setting.replace('/', ".")),
            "end what holds them: lsns lists them".into(),
        ),
        Obstacle::Switch(setting) => (
            format!("{} is 0: user namespaces are root's here", setting.replace('/', ".")),
            format!("as root: sysctl -w {}=1; {ROOT}", setting.replace('/', ".")),
        ),
        Obstacle::AppArmor => (
            "AppArmor lets programs without a profile make user namespaces, and gives them no right in them \
             (kernel.apparmor_restrict_unprivileged_userns is 1)"
                .into(),
            format!("as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; {ROOT}"),
        ),
        Obstacle::Filter => (
            "a filter of system calls (seccomp) forbids it, as Docker's does".into(),
            "docker run --privileged, or --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
                .into(),
        ),
        Obstacle::Kernel(what) => (format!("this kernel has no {what}"), "another kernel, or its module".into()),
        Obstacle::Settings => (
            "/proc/sys is read-only here, as in Docker".into(),
            "docker run --privileged, or --security-opt systempaths=unconfined".into(),
        ),
        Obstacle::Process => ("the process that keeps them did not come up".into(), "once more; dmesg may tell".into()),
        Obstacle::Unknown => ("the system does not show why".into(), ROOT.into()),
    };
    Failure::os(errno).because(vec![Reason::new(format!("{NO_HOSTS}: {why}"))], Some(cure))
}

/// What is said first where there can be none.
const NO_HOSTS: &str = "there can be no hosts here";
