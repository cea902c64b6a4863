#include "client/text/log_text.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/text/printable.h"
#include "client/text/quantities.h"

namespace mote::client {

std::string LogLineText(const std::string& worker, const v1::LogLine& line) {
  constexpr size_t kLineBytesMax = 16 << 10;  // a worker cuts lines at 4 KiB, and escapes are longer
  return Printable(absl::StrCat(absl::FormatTime("%H:%M:%S", TimeOf(line.time()), absl::LocalTimeZone()), " ", worker,
                                "/", line.slot(), " | ", line.text()),
                   kLineBytesMax);
}

OrderedJson LogLineJson(const std::string& worker, const v1::LogLine& line) {
  return {{"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", TimeOf(line.time()), absl::UTCTimeZone())},
          {"worker", worker},
          {"slot", line.slot()},
          {"job_id", line.job_id()},
          {"text", line.text()}};
}

}  // namespace mote::client
