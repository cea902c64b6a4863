// Events of the core ↔ records of the journal (mote.journal.v1). Pure, thread-safe.
//
// What is encoded decodes to an equal event (times to the nanosecond).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/core/event.h"

namespace mote::coordinator {

std::string EncodeEvent(const Event& event);

// InvalidArgument: not a record of this version; names the event and the field.
absl::StatusOr<Event> DecodeEvent(std::string_view record);

}  // namespace mote::coordinator
