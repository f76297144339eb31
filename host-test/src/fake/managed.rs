//! Which managed identity an identity endpoint's caller means.

use super::description::{Description, Identity, Kind};
use super::params::Params;

/// The one id that a request asks for; `Err` when it asks for several.
pub(super) fn wanted<'a>(params: &'a Params, names: &[(&str, Id)]) -> Result<Option<(Id, &'a str)>, ()> {
    let given = names.iter().filter_map(|(name, id)| params.get(name).map(|value| (*id, value)));
    match given.collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(()),
    }
}

/// The kinds of id that name a user-assigned identity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Id {
    /// The application id.
    Client,
    /// The principal's id.
    Object,
    /// The ARM id.
    Resource,
}

/// The managed identities that the compute has: the machine's own, or the node's for a pod that reaches its IMDS.
pub(super) fn assigned(world: &Description) -> impl Iterator<Item = &Identity> {
    let managed = |it: &&Identity| it.kind != Kind::ServicePrincipal && it.assigned;
    world.identities.iter().filter(managed).filter(|it| it.node == world.allow_node_imds)
}

/// The user-assigned identity of the compute that has this id; ids have no case.
pub(super) fn user_assigned<'a>(world: &'a Description, id: Id, value: &str) -> Option<&'a Identity> {
    let matches = |it: &&Identity| {
        let known = match id {
            Id::Client => Some(it.client_id.as_str()),
            Id::Object => Some(it.object_id.as_str()),
            Id::Resource => it.resource_id.as_deref(),
        };
        known.is_some_and(|known| known.eq_ignore_ascii_case(value))
    };
    assigned(world).filter(|it| it.kind == Kind::UserAssigned).find(matches)
}

/// The compute's own identity.
pub(super) fn system_assigned(world: &Description) -> Option<&Identity> {
    assigned(world).find(|it| it.kind == Kind::SystemAssigned)
}
