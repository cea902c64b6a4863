// Events of the core ↔ records of the journal (mote.journal.v1). Pure, thread-safe.
//
// What is encoded decodes to an equal event (times to the nanosecond).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/core/event.h"

namespace mote::coordinator {

// One event, as a record of its own.
std::string EncodeEvent(const Event& event);

// As few records as hold all the events in their order, each of at most `record_bytes_max`
// unless a single event has more.
std::vector<std::string> EncodeEvents(const std::vector<Event>& events, size_t record_bytes_max);

// Calls `apply` with each event of a record, in order, until it answers an error, and
// returns that.
//
// InvalidArgument: not a record of this version; names the event and the field.
absl::Status DecodeRecord(std::string_view record, const std::function<absl::Status(const Event&)>& apply);

// The event of a record that has one. InvalidArgument also where it has more.
absl::StatusOr<Event> DecodeEvent(std::string_view record);

}  // namespace mote::coordinator
