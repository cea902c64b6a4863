#include "client/text/quantities.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/cost.h"

namespace mote::client {
namespace {

// Three significant digits.
std::string Short(double value) {
  const double magnitude = std::abs(value);
  if (magnitude >= 99.95) return absl::StrFormat("%.0f", value);
  if (magnitude >= 9.995) return absl::StrFormat("%.1f", value);
  return absl::StrFormat("%.2f", value);
}

}  // namespace

std::string SecondsText(double seconds) {
  const double magnitude = std::abs(seconds);
  if (!(magnitude > 0)) return "0";
  if (magnitude < 1e-6) return absl::StrCat(Short(seconds * 1e9), " ns");
  if (magnitude < 1e-3) return absl::StrCat(Short(seconds * 1e6), " µs");
  if (magnitude < 1) return absl::StrCat(Short(seconds * 1e3), " ms");
  if (magnitude < 1000) return absl::StrCat(Short(seconds), " s");
  return DurationText(absl::Seconds(seconds));
}

std::string BytesText(int64_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return absl::StrCat(Short(value), " ", kUnits[unit]);
}

std::string CountText(double count) {
  if (count < 9.95 && count != std::floor(count)) return absl::StrFormat("%.1f", count);
  if (count < 999.5) return absl::StrFormat("%.0f", count);
  if (count < 999.5e3) return absl::StrCat(Short(count / 1e3), "k");
  if (count < 999.5e6) return absl::StrCat(Short(count / 1e6), "M");
  return absl::StrCat(Short(count / 1e9), "G");
}

std::string DurationText(absl::Duration span) {
  const int64_t seconds = absl::ToInt64Seconds(span);
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) return absl::StrFormat("%dm%02ds", seconds / 60, seconds % 60);
  if (seconds < 86400) return absl::StrFormat("%dh%02dm", seconds / 3600, seconds / 60 % 60);
  return absl::StrFormat("%dd%dh", seconds / 86400, seconds / 3600 % 24);
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return absl::InfinitePast();
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

std::string StateText(v1::JobState state) { return v1::JobState_Name(state).substr(std::string("JOB_STATE_").size()); }

std::string StateText(v1::StageState state) {
  return v1::StageState_Name(state).substr(std::string("STAGE_STATE_").size());
}

std::string ReusedText(const v1::StageStatus& stage) {
  return stage.reused_from() == 0 ? "" : absl::StrCat("reused from job ", stage.reused_from());
}

std::string KindText(v1::OutputKind kind) {
  return absl::AsciiStrToLower(v1::OutputKind_Name(kind).substr(std::string("OUTPUT_KIND_").size()));
}

std::string PhaseField(int phase) {
  std::string name(Name(static_cast<Phase>(phase)));
  for (char& c : name) c = c == ' ' ? '_' : c;
  return absl::StrCat(name, "_ns");
}

}  // namespace mote::client
