//! Names and numbers of users.

use sysinfo::Users;

/// Finds the number of a user given by name or number; `None` if there is no such user.
#[must_use]
pub fn find_user_id(user: &str) -> Option<u32> {
    if let Ok(uid) = user.parse() {
        return Some(uid);
    }
    let users = Users::new_with_refreshed_list().ok()?;
    users.iter().find(|known| known.name() == user).and_then(|known| known.id().to_string().parse().ok())
}

/// Finds the name of a user given by number; `None` if there is no such user.
#[must_use]
pub fn find_user_name(uid: u32) -> Option<String> {
    let users = Users::new_with_refreshed_list().ok()?;
    let id = uid.to_string();
    users.iter().find(|known| known.id().to_string() == id).map(|known| known.name().to_owned())
}
