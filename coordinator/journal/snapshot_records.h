// Events of a snapshot ↔ records of the journal: the rest of convert.h. Pure,
// thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "coordinator/core/event.h"
#include "mote/journal/v1/journal.pb.h"

namespace mote::coordinator {

void Fill(const StateRestored& event, mote::journal::v1::Event* record);
void Fill(const DropsRestored& event, mote::journal::v1::Event* record);
void Fill(const JobRestored& event, mote::journal::v1::Event* record);
void Fill(const AbsentRestored& event, mote::journal::v1::Event* record);
void Fill(const StoryRestored& event, mote::journal::v1::Event* record);
void Fill(const StageRestored& event, mote::journal::v1::Event* record);
void Fill(const KeptRestored& event, mote::journal::v1::Event* record);
void Fill(const PassRestored& event, mote::journal::v1::Event* record);
void Fill(const PassProgressRestored& event, mote::journal::v1::Event* record);
void Fill(const HeldRestored& event, mote::journal::v1::Event* record);

// InvalidArgument: not such an event, or not of this version.
absl::StatusOr<Event> RestoredFrom(const mote::journal::v1::Event& record);

}  // namespace mote::coordinator
