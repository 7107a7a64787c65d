//! `vars`.

use super::{Fields, patches};
use crate::id::{Gvk, group_version};
use crate::problem::Result;

/// A name for a field of one object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Var {
    pub name: String,
    pub object: VarObject,
    pub field_path: String,
}

/// The object a var reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct VarObject {
    pub gvk: Gvk,
    pub name: String,
    pub namespace: String,
}

pub(crate) fn var(fields: &mut Fields) -> Result<Var> {
    let name = fields.string("name")?;
    let object = fields.object("objref", object)?.unwrap_or_default();
    let field_path = fields.object("fieldref", field_path)?.unwrap_or_default();
    let field_path = if field_path.is_empty() { "metadata.name".to_owned() } else { field_path };
    Ok(Var { name, object, field_path })
}

fn field_path(fields: &mut Fields) -> Result<String> {
    fields.string("fieldPath")
}

fn object(fields: &mut Fields) -> Result<VarObject> {
    let api_version = fields.string("apiVersion")?;
    let mut gvk = patches::gvk(fields)?;
    match api_version.split('/').count() {
        2 => {
            let (group, version) = group_version(&api_version);
            (gvk.group, gvk.version) = (group.into(), version.into());
        }
        1 if !api_version.is_empty() => gvk.version = api_version.as_str().into(),
        _ => {}
    }
    Ok(VarObject { gvk, name: fields.string("name")?, namespace: fields.string("namespace")? })
}
