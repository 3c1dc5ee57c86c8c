// Tallies in integers: sums that do not depend on their order. Twin: `dose_core::transport::tally`.
// The image itself is reached by `tally_add`, which the host generates for as many bindings as the grid needs.

// What this invocation books; it goes to the device's balance once, at the end.
var<private> books: array<i32, ACCOUNTS>;

// Adds an energy to an account.
fn book(account: u32, energy_mev: f32) {
    let quanta = energy_mev * BALANCE_QUANTA;
    books[account] += i32(select(quanta + 0.5, quanta - 0.5, quanta < 0.0));
}

// Adds one to a count.
fn count(account: u32) {
    books[account] += 1;
}

// A score in whole quanta.
fn quanta(score: f32, dither: u32) -> i32 {
    return i32(least(score * QUANTA + f32(i32(dither >> 8u)) * (1.0 / 16777216.0), MOST_QUANTA));
}
