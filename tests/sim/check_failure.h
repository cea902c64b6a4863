// A failed MOTE_CHECK ends the process that it is in. In a simulation that is the
// simulated one: the check becomes a violation, with its message.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace mote::sim {

// Runs `body`. What check failed in it, or nothing.
std::optional<std::string> FailedCheckOf(const std::function<void()>& body);

}  // namespace mote::sim
