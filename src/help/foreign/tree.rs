//! Python's expressions as trees.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Name(String),
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    Format(Vec<Bit>),
    Attr(Box<Tree>, String),
    Call(Box<Tree>, Vec<Given>),
    Index(Box<Tree>, Box<Tree>),
    Slice(Box<Tree>, Option<Box<Tree>>, Option<Box<Tree>>),
    Tuple(Vec<Tree>),
    List(Vec<Tree>),
    Dict(Vec<(Tree, Tree)>),
    Unary(&'static str, Box<Tree>),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    Yield(Option<Box<Tree>>),
    /// Python that has no counterpart: what it is.
    Other(&'static str),
}

/// A piece of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bit {
    Text(String),
    Value(Tree),
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Given {
    /// Its name, if it is given by name.
    pub(super) name: Option<String>,
    pub(super) value: Tree,
}

impl Tree {
    /// The name, when it is one and no more.
    pub(super) fn name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    /// `module.name` or `name`: its last part.
    pub(super) fn last_name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Attr(of, name) if of.last_name().is_some() => Some(name),
            _ => None,
        }
    }

    /// The receiver, the method and the arguments of a call.
    pub(super) fn method(&self) -> Option<(&Tree, &str, &[Given])> {
        let Self::Call(callee, given) = self else { return None };
        let Self::Attr(of, name) = &**callee else { return None };
        Some((of, name, given))
    }

    /// The function's name and the arguments of a call, whatever module it is of.
    pub(super) fn function(&self) -> Option<(&str, &[Given])> {
        let Self::Call(callee, given) = self else { return None };
        Some((callee.last_name()?, given))
    }

    /// Do something with it and all that it is made of.
    pub(super) fn walk(&self, see: &mut dyn FnMut(&Tree)) {
        see(self);
        match self {
            Self::Attr(of, _) | Self::Unary(_, of) => of.walk(see),
            Self::Call(callee, given) => {
                callee.walk(see);
                for one in given {
                    one.value.walk(see);
                }
            }
            Self::Index(a, b) | Self::Binary(_, a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Self::Slice(of, from, to) => {
                of.walk(see);
                from.iter().chain(to).for_each(|t| t.walk(see));
            }
            Self::Tuple(all) | Self::List(all) => all.iter().for_each(|t| t.walk(see)),
            Self::Dict(pairs) => pairs.iter().for_each(|(k, v)| {
                k.walk(see);
                v.walk(see);
            }),
            Self::Format(bits) => bits.iter().for_each(|bit| {
                if let Bit::Value(tree) = bit {
                    tree.walk(see);
                }
            }),
            Self::Yield(value) => value.iter().for_each(|t| t.walk(see)),
            _ => {}
        }
    }
}

/// A call of a method that no source has: `X.NAME()`.
pub(super) fn method_of(name: &str, method: &str) -> Tree {
    let callee = Tree::Attr(Box::new(Tree::Name(name.into())), method.into());
    Tree::Call(Box::new(callee), Vec::new())
}

/// What follows the interface in an address of AF_PACKET: its protocol, PKTTYPE, HATYPE and, in bytes, the hardware address.
pub(super) fn frame(parts: &[Tree]) -> Option<String> {
    let [Tree::Number(_), Tree::Number(_), Tree::Number(_), hardware @ ..] = parts else { return None };
    let numbers = parts.iter().map_while(|part| if let Tree::Number(n) = part { Some(format!(":{n}")) } else { None });
    let octets = match hardware {
        [] => String::new(),
        [Tree::Bytes(bytes)] => bytes.iter().map(|byte| format!(":{byte:02x}")).collect(),
        _ => return None,
    };
    Some(numbers.collect::<String>() + &octets)
}
