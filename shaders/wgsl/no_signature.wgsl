// The production twin of `signature.wgsl`: nothing is signed.

fn sign_collision(leg: Leg, site: Site, copy: u32) {}
