//! The kernel's ciphers over AF_ALG: `sendmsg_afalg`, Python's sendmsg with what an operation needs beside the data.

use std::os::fd::AsFd;

use super::sending::waiting;
use super::transfer::NO_ROOM;
use super::{Args, CLOSED, Command, Group, Kind, base, err, named, req, rest};
use crate::os::msg;
use crate::value::{Failure, Holds, Value};
use crate::world::record::Did;
use crate::world::{Step, World, retry};

/// The call.
pub(super) const COMMANDS: &[Command] = &[SENDMSG_AFALG];

const SENDMSG_AFALG: Command = Command {
    name: "sendmsg_afalg",
    summary: "give data to a cipher of the kernel, AF_ALG",
    notes: &[
        "A socket of AF_ALG is bound to an algorithm, gets its key with ALG_SET_KEY, and accept gives the socket of one \
         operation, to which data is sent and from which the result is received. A hash needs no more than send and recv; a cipher \
         is told with the first data whether to encrypt or decrypt. MSG_MORE says that more data follows.",
    ],
    params: &[
        req("S", Kind::Socket).is("what accept gave"),
        named("op", Kind::Int).is("ALG_OP_ENCRYPT (1) or ALG_OP_DECRYPT (0): it must be given"),
        named("iv", Kind::Data).is("the initialization vector"),
        named("assoclen", Kind::Size).is("aead: how many bytes at the start are authenticated and not encrypted"),
        named("flags", Kind::MsgFlags).is("as in send"),
        rest("DATA", Kind::Data).is("the data, in pieces"),
    ],
    results: &[("count", Holds::Count)],
    returns: "how many bytes were taken",
    python: "{S}.sendmsg_afalg([{DATA}], op={OP}<, iv={IV}><, assoclen={ASSOCLEN}><, flags={FLAGS}>)",
    c: "struct msghdr m = { .msg_control = ..., }; /* ALG_SET_OP, ALG_SET_IV at SOL_ALG */ sendmsg(s, &m, 0);",
    man: "sendmsg(2)",
    errors: &[
        err("EINVAL", "the socket is none of AF_ALG's operations, or the vector has not the cipher's length"),
        err("ENOKEY", "the key was not set before accept").cure("setsockopt S ALG_SET_KEY KEY on the bound socket"),
        err("Usage", "op= is missing"),
        NO_ROOM,
        CLOSED,
    ],
    example: "try\n  alg = socket alg seqpacket\n  bind alg \"alg:skcipher:cbc(aes)\"\n  setsockopt alg ALG_SET_KEY \"sixteen bytes...\"\n\
              \x20 op, none = accept alg\n  sendmsg_afalg op \"a block of data..\" op=1 iv=0123456789abcdef\n  recv op 16\n\
              except EAFNOSUPPORT ENOENT as e\n  print \"$e\"\nend",
    related: &["AF_ALG", "ALG_SET_KEY", "accept", "sendmsg"],
    run: sendmsg_afalg,
    ..base(Group::Octets)
};

/// What ALG_SET_IV takes: `struct af_alg_iv`, the length and the bytes.
fn vector(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_ne_bytes(), bytes].concat()
}

fn sendmsg_afalg(world: &mut World, args: &mut Args) -> Result<Step, Failure> {
    let socket = args.socket(0)?;
    if !args.has(1) {
        return Err(Failure::usage("op= is missing: ALG_OP_ENCRYPT or ALG_OP_DECRYPT"));
    }
    let mut beside = vec![(libc::SOL_ALG, libc::ALG_SET_OP, args.int32_or(1, 0)?.to_ne_bytes().to_vec())];
    if args.has(2) {
        beside.push((libc::SOL_ALG, libc::ALG_SET_IV, vector(&args.data(2))));
    }
    if args.has(3) {
        let length = u32::try_from(args.size(3)?).map_err(|_| Failure::usage("a length of 32 bits is needed").at(3))?;
        beside.push((libc::SOL_ALG, libc::ALG_SET_AEAD_ASSOCLEN, length.to_ne_bytes().to_vec()));
    }
    let flags = args.flags(4)?;
    let pieces: Vec<Vec<u8>> = (5..args.0.len()).map(|i| args.data(i).into_owned()).collect();
    let of = pieces.iter().map(Vec::len).sum();
    let sent = socket.clone();
    retry(world, waiting(world, &socket, flags, of, 0), move |world, expired| {
        let parts: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        match msg::send(sent.fd()?.as_fd(), &parts, &beside, flags, None) {
            Ok(bytes) => {
                world.note(&sent, || Did::Sent { bytes, of, to: None });
                Ok(Value::Int(bytes as i128).into())
            }
            Err(libc::EAGAIN) => Err(expired.unwrap_or(Failure::os(libc::EAGAIN))),
            Err(error) => Err(Failure::os(error)),
        }
    })
}
