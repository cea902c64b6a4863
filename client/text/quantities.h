// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

std::string SecondsText(double seconds);        // "0", "830 ns", "1.25 ms", "3.40 s", "2h05m"
std::string BytesText(int64_t bytes);           // "512 B", "1.5 MiB"
std::string CountText(double count);            // "950", "12.3k", "1.20M"
std::string DurationText(absl::Duration span);  // coarse: "4s", "2m10s", "3h05m", "2d4h"

std::string PhaseField(int phase);  // of machine-readable forms: "to_device_ns"

// Unset timestamps are InfinitePast.
absl::Time TimeOf(const google::protobuf::Timestamp& time);

std::string StateText(v1::JobState state);  // "SUCCEEDED"
std::string StateText(v1::StageState state);
std::string ReusedText(const v1::StageStatus& stage);  // "reused from job 7"; empty: it ran
std::string KindText(v1::OutputKind kind);             // "table"

}  // namespace mote::client
