//! Rules in CEL, as a definition brings them: whether they compile, what they may name, and what they cost at most.

use super::read::{items, map, text};
use crate::crd::expressions::{Level, declared};
use crate::crd::validations::{parse_field_path, variables};
use cel::{Declared, Program, REQUEST_BYTES_MAX, Type};
use kinds::{Errors, Path};
use serde_json::Value;

/// Cost of one rule at most, for all data it may meet in one object.
const RULE_COST_MAX: u64 = 10_000_000;
/// Cost of all rules of a definition's version at most.
const DEFINITION_COST_MAX: u64 = 100_000_000;
/// Rules named when all together cost too much.
const NAMED_MAX: usize = 4;

const REASONS: [&str; 4] = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// What is wrong with the words of a schema's rules; whether they compile is not looked at.
pub fn check_words(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    for (index, rule) in items(schema, "x-kubernetes-validations").iter().enumerate() {
        let list = at.child("x-kubernetes-validations");
        check_rule_words(&list.index(index), schema, rule, errors);
    }
}

fn check_rule_words(at: &Path<'_>, schema: &Value, rule: &Value, errors: &mut Errors) {
    let given = |word: &str| text(rule, word);
    let (source, message) = (given("rule").trim(), given("message"));
    if source.is_empty() {
        errors.required(&at.child("rule"), "rule is not specified");
    } else if !message.is_empty() && message.trim().is_empty() {
        errors.invalid_text(&at.child("message"), message, "must be non-empty if specified");
    } else if message.trim().contains('\n') {
        errors.invalid_text(&at.child("message"), message, "must not contain line breaks");
    } else if source.contains('\n') && message.trim().is_empty() {
        errors.required(&at.child("message"), "message must be specified if rule contains line breaks");
    }
    let expression = given("messageExpression");
    if !expression.is_empty() && expression.trim().is_empty() {
        errors.required(&at.child("messageExpression"), "messageExpression must be non-empty if specified");
    }
    let reason = given("reason");
    if !reason.is_empty() && !REASONS.contains(&reason) {
        errors.not_supported(&at.child("reason"), reason, &REASONS);
    }
    let place = given("fieldPath");
    if place.is_empty() {
        return;
    }
    if place.trim().is_empty() {
        errors.invalid_text(&at.child("fieldPath"), place, "must be non-empty if specified");
    }
    if place.contains('\n') {
        errors.invalid_text(&at.child("fieldPath"), place, "must not contain line breaks");
    }
    if parse_field_path(place, schema).is_none() {
        errors.invalid_text(&at.child("fieldPath"), place, "must be a valid path");
    }
}

/// Compiles all rules of a schema whose words are right, and bounds what they cost together.
pub fn check(at: &Path<'_>, schema: &Value, errors: &mut Errors) {
    let mut costs = Costs::default();
    let root = Scope { level: Level::Object, times: Some(1), uncorrelated: None };
    check_at(at, schema, &root, &mut costs, errors);
    if costs.total <= DEFINITION_COST_MAX {
        return;
    }
    costs.expensive.sort_by_key(|(_, cost)| std::cmp::Reverse(*cost));
    for (place, _) in costs.expensive.iter().take(NAMED_MAX) {
        let detail = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
        errors.push(kinds::FieldError {
            kind: kinds::FieldErrorKind::Forbidden,
            field: place.clone(),
            value: None,
            detail: detail.to_owned(),
        });
    }
    let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    errors.forbidden(at, too_expensive(what, costs.total, DEFINITION_COST_MAX));
}

/// Where a schema stands: how often its data can occur, and below which list or map they cannot be told apart.
#[derive(Clone)]
struct Scope {
    level: Level,
    /// `None` when nothing bounds it.
    times: Option<u64>,
    uncorrelated: Option<String>,
}

#[derive(Default)]
struct Costs {
    total: u64,
    expensive: Vec<(String, u64)>,
}

impl Costs {
    fn add(&mut self, at: &Path<'_>, cost: u64) {
        self.total = self.total.saturating_add(cost);
        if cost >= DEFINITION_COST_MAX / 100 {
            self.expensive.push((at.to_string(), cost));
        }
    }
}

/// How many times what stands within data of this schema can occur in it.
fn times_within(schema: &Value) -> Option<u64> {
    let count = |word: &str| schema.get(word)?.as_i64().map(|count| u64::try_from(count).unwrap_or(0));
    match text(schema, "type") {
        "array" => count("maxItems"),
        "object" if schema["additionalProperties"].is_object() => count("maxProperties"),
        _ => Some(1),
    }
}

fn check_at(at: &Path<'_>, schema: &Value, scope: &Scope, costs: &mut Costs, errors: &mut Errors) {
    let times = scope.times.zip(times_within(schema)).map(|(outer, inner)| outer.saturating_mul(inner));
    let within = |inner: &Value, uncorrelated: Option<String>| Scope {
        level: Level::below(inner),
        times,
        uncorrelated: scope.uncorrelated.clone().or(uncorrelated),
    };
    if let Some(additional) = schema.get("additionalProperties").filter(|additional| additional.is_object()) {
        check_at(&at.child("additionalProperties"), additional, &within(additional, None), costs, errors);
    }
    for (name, property) in map(schema, "properties").into_iter().flatten() {
        check_at(&at.child("properties").key(name), property, &within(property, None), costs, errors);
    }
    if let Some(inner) = schema.get("items").filter(|items| items.is_object()) {
        let uncorrelated = (text(schema, "x-kubernetes-list-type") != "map").then(|| at.to_string());
        check_at(&at.child("items"), inner, &within(inner, uncorrelated), costs, errors);
    }
    let rules = items(schema, "x-kubernetes-validations");
    if rules.is_empty() {
        return;
    }
    let list = at.child("x-kubernetes-validations");
    let Some(data) = declared(schema, scope.level, "object") else {
        errors.invalid_without_value(
            &list,
            "internal error: failed to retrieve type information for x-kubernetes-validations",
        );
        return;
    };
    for (index, rule) in rules.iter().enumerate() {
        Site { at: &list.index(index), rule, data: &data, scope }.check(costs, errors);
    }
}

/// One rule and what it is about.
struct Site<'a> {
    at: &'a Path<'a>,
    rule: &'a Value,
    data: &'a Declared,
    scope: &'a Scope,
}

impl Site<'_> {
    fn check(&self, costs: &mut Costs, errors: &mut Errors) {
        let at = self.at.child("rule");
        let program = match self.compile("rule", "compilation failed: ", &Type::Bool) {
            Ok(program) => program,
            Err(problem) => {
                costs.add(&at, 0);
                errors.invalid_shown(&at, self.shown(), problem);
                return;
            }
        };
        let times = self.scope.times.unwrap_or(REQUEST_BYTES_MAX / (self.data.bytes_min + 1));
        let cost = program.cost_max().saturating_mul(times);
        if cost > RULE_COST_MAX {
            errors.forbidden(&at, too_expensive("estimated rule cost", cost, RULE_COST_MAX));
        }
        costs.add(&at, cost);
        self.check_message(costs, errors);
        self.check_old(&program, errors);
    }

    fn check_message(&self, costs: &mut Costs, errors: &mut Errors) {
        if text(self.rule, "messageExpression").is_empty() {
            return;
        }
        let at = self.at.child("messageExpression");
        match self.compile("messageExpression", "messageExpression compilation failed: ", &Type::Text) {
            Err(problem) => errors.invalid_shown(&at, self.shown(), problem),
            Ok(program) => {
                let cost = program.cost_max();
                if cost > RULE_COST_MAX {
                    errors.forbidden(&at, too_expensive("estimated messageExpression cost", cost, RULE_COST_MAX));
                }
                costs.add(&at, cost);
            }
        }
    }

    fn check_old(&self, program: &Program, errors: &mut Errors) {
        let is_optional = &self.rule["optionalOldSelf"];
        if !program.uses("oldSelf") {
            if !is_optional.is_null() {
                let detail = "may not be set if oldSelf is not used in rule";
                errors.invalid(&self.at.child("optionalOldSelf"), is_optional, detail);
            }
            return;
        }
        if let Some(place) = &self.scope.uncorrelated {
            let detail = format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {place}");
            errors.invalid_text(&self.at.child("rule"), text(self.rule, "rule"), detail);
        }
    }

    fn compile(&self, word: &str, failed: &str, wanted: &Type) -> Result<Program, String> {
        let variables = variables(self.data, self.rule);
        let program = Program::compile(text(self.rule, word), &variables, self.data);
        let program = program.map_err(|issues| format!("{failed}{issues}"))?;
        if program.ty() == wanted {
            return Ok(program);
        }
        Err(match wanted {
            Type::Bool => "cel expression must evaluate to a bool".to_owned(),
            _ => "messageExpression must evaluate to a string".to_owned(),
        })
    }

    /// The rule as upstream shows it: its Go fields, in Go's JSON.
    fn shown(&self) -> String {
        let given = |word: &str| Value::from(text(self.rule, word)).to_string();
        let reason = if text(self.rule, "reason").is_empty() { Value::Null.to_string() } else { given("reason") };
        let shown = format!(
            "{{\"Rule\":{},\"Message\":{},\"MessageExpression\":{},\"Reason\":{reason},\"FieldPath\":{},\
             \"OptionalOldSelf\":{}}}",
            given("rule"),
            given("message"),
            given("messageExpression"),
            given("fieldPath"),
            self.rule["optionalOldSelf"],
        );
        shown.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
    }
}

/// How much too much, and what helps.
#[expect(clippy::cast_precision_loss)]
fn too_expensive(what: &str, cost: u64, limit: u64) -> String {
    let factor = cost as f64 / limit as f64;
    let by = match factor {
        // Beyond this the estimate says nothing any more.
        factor if factor > 100.0 => "more than 100x".to_owned(),
        factor if factor < 1.5 => format!("{factor:.6}x"),
        factor => format!("{factor:.1}x"),
    };
    format!(
        "{what} exceeds budget by factor of {by} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where \
         arrays, maps, and strings are declared)"
    )
}
