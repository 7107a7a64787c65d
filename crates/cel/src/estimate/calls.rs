//! What one call costs at most, without its operands' own costs being known better than their ranges.

use super::operand::{Operand, size_of_data};
use crate::declare::Declared;
use crate::functions::{CIDR, FORMAT, IP, QUANTITY, SEMVER, URL};
use crate::size::{REGEX, Range, TRAVERSAL, UNKNOWN};
use crate::ty::Type;

/// Characters of the longest named format's name and pattern.
const FORMAT_NAME_MAX: u64 = 64;
const FORMAT_REGEX_MAX: f64 = 128.0;

/// A call and its operands.
pub(super) struct Site<'a> {
    pub function: &'a str,
    pub target: Option<&'a Operand>,
    pub args: &'a [Operand],
    /// The type of the data.
    pub data: &'a Declared,
}

/// Cost without the arguments' own, and the size of the result.
pub(super) type Estimate = (Range, Option<Range>);

const ZERO: Range = Range::exactly(0);
const ONE: Range = Range::exactly(1);

impl Operand {
    fn extent(&self) -> Range {
        self.size.unwrap_or(UNKNOWN)
    }
}

impl Site<'_> {
    fn arg(&self, index: usize) -> Range {
        self.args.get(index).map_or(UNKNOWN, Operand::extent)
    }

    fn first(&self) -> Range {
        self.target.map_or_else(|| self.arg(0), Operand::extent)
    }

    fn args_cost(&self) -> Range {
        self.args.iter().fold(ZERO, |sum, arg| sum.plus(arg.cost))
    }
}

impl Site<'_> {
    /// Cost of a call by one overload, its arguments' included, and the size of its result.
    pub fn cost(&self, overload: &str) -> Estimate {
        if let Some((cost, size)) = self.library(overload) {
            return (cost.plus(self.args_cost()), size);
        }
        standard(self, overload)
    }

    /// Kubernetes' own functions.
    fn library(&self, overload: &str) -> Option<Estimate> {
        let site = self;
        let traversed = |size: Range| Some((size.scaled(TRAVERSAL), None));
        match (site.function, site.target) {
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", Some(target)) => {
                Some((self.walk(target), None))
            }
            ("url", None) => Some((site.arg(0).scaled(TRAVERSAL), Some(site.arg(0)))),
            ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(target)) => {
                Some((target.extent().scaled(TRAVERSAL), Some(target.extent())))
            }
            ("replace", Some(target)) if site.args.len() >= 2 => Some((
                target.extent().scaled(2.0 * TRAVERSAL),
                Some(replaced(target.extent(), site.arg(0), site.arg(1))),
            )),
            ("split", Some(target)) => {
                let limit = site.args.get(1).and_then(|arg| arg.number).map(i64::cast_unsigned);
                let pieces = Range { min: 0, max: limit.unwrap_or(target.extent().max) };
                Some((target.extent().scaled(2.0 * TRAVERSAL), Some(pieces)))
            }
            ("join", Some(target)) => {
                let size = self.joined(target);
                Some((size.scaled(TRAVERSAL), Some(size)))
            }
            ("find" | "findAll", Some(target)) => {
                let size = target.extent();
                let pattern = site.arg(0).scaled(REGEX);
                Some((size.plus(ONE).scaled(TRAVERSAL).times(pattern), Some(Range { min: 0, max: size.max })))
            }
            ("ip", _) if overload == "cidr_ip" => Some((ONE, None)),
            ("cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver", None) => {
                traversed(site.arg(0))
            }
            ("ip.isCanonical", None) => Some((site.arg(0).scaled(2.0 * TRAVERSAL), None)),
            ("containsIP" | "containsCIDR", Some(_)) => Some((contained(site, overload), None)),
            ("validate", Some(_)) => Some((site.arg(0).scaled(TRAVERSAL).scaled(FORMAT_REGEX_MAX * REGEX), None)),
            ("_==_", None) => equality(site),
            (function, _) if is_access(function) => Some((ONE, None)),
            _ => None,
        }
    }

    /// Going through a list and comparing its items, or through a text.
    fn walk(&self, target: &Operand) -> Range {
        let Some(item) = item_type(&target.ty) else { return target.extent().scaled(TRAVERSAL) };
        let each = match item {
            Type::Text | Type::Bytes => ONE.plus(self.item_size(target).scaled(TRAVERSAL)),
            _ => ONE,
        };
        target.extent().times(each)
    }

    fn item_size(&self, list: &Operand) -> Range {
        let path = list.path.as_ref().map(|path| path.iter().cloned().chain(["@items".to_owned()]).collect::<Vec<_>>());
        path.and_then(|path| size_of_data(self.data, &path)).unwrap_or(UNKNOWN)
    }

    fn joined(&self, target: &Operand) -> Range {
        let count = target.extent();
        let items = count.times(self.item_size(target));
        if self.args.is_empty() {
            return items;
        }
        let gaps = Range { min: count.min.saturating_sub(1), max: count.max.saturating_sub(1) };
        items.plus(self.arg(0).times(gaps))
    }
}

fn item_type(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(item) => Some(item),
        Type::Map(key, _) => Some(key),
        _ => None,
    }
}

/// Functions that only look something up.
fn is_access(function: &str) -> bool {
    const ACCESSES: [&str; 27] = [
        "masked",
        "prefixLength",
        "family",
        "isUnspecified",
        "isLoopback",
        "isLinkLocalMulticast",
        "isLinkLocalUnicast",
        "isGlobalUnicast",
        "format.named",
        "sign",
        "asInteger",
        "isInteger",
        "asApproximateFloat",
        "isGreaterThan",
        "isLessThan",
        "compareTo",
        "add",
        "sub",
        "major",
        "minor",
        "patch",
        "getScheme",
        "getHostname",
        "getHost",
        "getPort",
        "getEscapedPath",
        "getQuery",
    ];
    ACCESSES.contains(&function)
}

/// An address compared with a network: both are 4 to 16 bytes long.
fn contained(site: &Site<'_>, overload: &str) -> Range {
    let bytes = Range { min: 4, max: 16 };
    let mut cost = bytes.plus(bytes).scaled(TRAVERSAL);
    if site.function == "containsCIDR" {
        cost = cost.plus(bytes.scaled(TRAVERSAL)).plus(ONE);
    }
    if overload.ends_with("_string") {
        cost = cost.plus(site.arg(0).scaled(TRAVERSAL));
    }
    cost
}

fn equality(site: &Site<'_>) -> Option<Estimate> {
    let [left, right] = site.args else { return None };
    if left.ty != right.ty {
        return None;
    }
    match &left.ty {
        Type::Opaque(name, _) if matches!(&**name, IP | CIDR) => Some((ONE, None)),
        Type::Object(name) => match &**name {
            QUANTITY | SEMVER => Some((ONE, None)),
            FORMAT => Some((Range { min: 1, max: FORMAT_NAME_MAX }.scaled(TRAVERSAL), None)),
            URL => {
                let size = match (left.size, right.size) {
                    (Some(_), Some(size)) => size,
                    _ => ONE,
                };
                Some((Range { min: 1, max: size.max }.scaled(TRAVERSAL), None))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The size of a text in which every `from` became `to`.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn replaced(size: Range, from: Range, to: Range) -> Range {
    let times = |length: u64, by: u64| (length as f64 / by as f64).ceil() as u64;
    let (count_max, kept_max) = if from.min == 0 {
        (size.max.saturating_add(1), size.max)
    } else if to.max <= from.min {
        (0, size.max)
    } else {
        (times(size.max, from.min), 0)
    };
    let (count_min, kept_min) = if from.max == 0 {
        (size.min.saturating_add(1), size.min)
    } else if from.max <= to.min {
        (0, size.min)
    } else {
        (times(size.min, from.max), 0)
    };
    Range { min: count_min, max: count_max }.times(to).plus(Range { min: kept_min, max: kept_max })
}

/// The language's own functions, arguments' costs included.
fn standard(site: &Site<'_>, overload: &str) -> Estimate {
    let args = site.args_cost();
    let traversed = |size: Range| size.scaled(TRAVERSAL).plus(args);
    match overload {
        "string_format" => (traversed(site.first()), None),
        "string_to_bytes" => {
            let size = site.arg(0);
            (traversed(size), Some(Range { min: size.min, max: size.max.saturating_mul(4) }))
        }
        "bytes_to_string" => {
            let size = site.arg(0);
            (traversed(size), Some(Range { min: size.min / 4, max: size.max }))
        }
        "strings_quote" => {
            let size = site.arg(0);
            let quoted = Range { min: size.min.saturating_add(2), max: size.max.saturating_mul(2).saturating_add(2) };
            (traversed(size), Some(quoted))
        }
        "starts_with_string" | "ends_with_string" => (traversed(site.arg(0)), None),
        "in_list" => (site.arg(1).plus(args), None),
        "matches_string" => {
            let text = site.first().plus(ONE).scaled(TRAVERSAL);
            (text.times(site.arg(0).scaled(REGEX)).plus(args), None)
        }
        "contains_string" => {
            let text = site.first().scaled(TRAVERSAL);
            (text.times(site.arg(0).scaled(TRAVERSAL)).plus(args), None)
        }
        "logical_or" | "logical_and" => {
            // The second operand may not be looked at.
            let first = site.args.first().map_or(ZERO, |arg| arg.cost);
            (Range { min: first.min, max: args.max }, None)
        }
        "conditional" => conditional(site),
        "add_string" | "add_bytes" => {
            let size = site.arg(0).plus(site.arg(1));
            (traversed(size), Some(size))
        }
        "add_list" => (args.plus(ONE), Some(site.arg(0).plus(site.arg(1)))),
        overload if is_comparison(overload) => {
            let smaller = site.arg(0).max.min(site.arg(1).max);
            (traversed(Range { min: u64::from(smaller > 0), max: smaller }), None)
        }
        _ => (args.plus(ONE), None),
    }
}

fn conditional(site: &Site<'_>) -> Estimate {
    let [condition, then, otherwise] = site.args else { return (site.args_cost(), None) };
    let cost = condition.cost.plus(then.cost.or(otherwise.cost));
    (cost, Some(then.extent().or(otherwise.extent())))
}

/// Comparisons whose cost grows with what they compare.
fn is_comparison(overload: &str) -> bool {
    let of_texts = ["less", "less_equals", "greater", "greater_equals"]
        .iter()
        .any(|name| overload.strip_prefix(name).is_some_and(|rest| matches!(rest, "_string" | "_bytes")));
    of_texts || matches!(overload, "equals" | "not_equals")
}
