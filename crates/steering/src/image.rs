//! Another image for containers.

use crate::refused::Refused;
use serde_json::Value;

/// Which container gets which image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFor {
    /// The container's name; `*` is all of them.
    pub container: String,
    /// The image.
    pub image: String,
}

/// Gives containers of a Rollout, or of the Deployment it takes its pods from, their images.
///
/// # Errors
/// When there is no container of a name; `workload` is then changed in part and not to be used.
pub fn set_images(workload: &mut Value, images: &[ImageFor]) -> Result<(), Refused> {
    for wanted in images {
        if !set(workload, wanted) {
            return Err(Refused::UnknownContainer(wanted.container.clone()));
        }
    }
    Ok(())
}

/// Gives a container its image; says whether there is one of that name.
fn set(workload: &mut Value, wanted: &ImageFor) -> bool {
    let mut is_found = false;
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let containers = workload.pointer_mut(&format!("/spec/template/spec/{list}")).and_then(Value::as_array_mut);
        let is_meant = |own: &&mut Value| wanted.container == "*" || own["name"] == wanted.container.as_str();
        for own in containers.into_iter().flatten().filter(is_meant) {
            own["image"] = wanted.image.as_str().into();
            is_found = true;
        }
    }
    is_found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_container_is_found_by_its_name_and_a_star_is_all() {
        let mut workload = json!({"spec": {"template": {"spec": {
            "initContainers": [{"name": "a", "image": "1"}], "containers": [{"name": "b", "image": "1"}]}}}});
        let wanted = |container: &str, image: &str| [ImageFor { container: container.into(), image: image.into() }];
        assert_eq!(set_images(&mut workload, &wanted("b", "2")), Ok(()));
        assert_eq!(workload["spec"]["template"]["spec"]["containers"][0]["image"], "2");
        assert_eq!(workload["spec"]["template"]["spec"]["initContainers"][0]["image"], "1");
        assert_eq!(set_images(&mut workload, &wanted("*", "3")), Ok(()));
        assert_eq!(workload["spec"]["template"]["spec"]["initContainers"][0]["image"], "3");
        assert_eq!(set_images(&mut workload, &wanted("c", "4")), Err(Refused::UnknownContainer("c".into())));
    }
}
