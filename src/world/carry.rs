//! What hosts send is carried to whom it is for.

use super::World;

/// The longest frame, and some room.
const FRAME_MAX: usize = 65_600;
/// Frames that are carried before the poller is asked again.
const AT_ONCE: usize = 1024;

impl World {
    /// Carry the frames that have come to those on the same wire whose they are. Says whether there were any.
    pub(super) fn carry(&mut self) -> bool {
        let Some(ground) = self.hosts.ground.clone() else { return false };
        let mut buffer = std::mem::take(&mut self.hosts.frame);
        buffer.resize(FRAME_MAX, 0);
        let mut count = 0;
        self.hosts.more = loop {
            match ground.cable.receive(&mut buffer) {
                Ok(Some((end, length))) => self.pass(end, &buffer[..length.min(FRAME_MAX)]),
                _ => break false,
            }
            count += 1;
            if count == AT_ONCE {
                break true;
            }
        };
        self.hosts.frame = buffer;
        count > 0
    }

    fn pass(&self, from: u32, frame: &[u8]) {
        let Some((sender, port)) = self.hosts.at_end(from) else { return };
        let Some(to) = frame.get(..6) else { return };
        let wire = sender.ports()[port].wire;
        for host in self.hosts.open() {
            for port in host.ports().iter().filter(|port| port.wire == wire && port.link.end != from) {
                if to[0] & 1 == 1 || to == port.link.mac {
                    // What a link does not take is lost, as on any cable.
                    let _ = self.hosts.ground.as_ref().map(|ground| ground.cable.send(port.link.end, frame));
                }
            }
        }
    }
}
