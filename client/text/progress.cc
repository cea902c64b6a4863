#include "client/text/progress.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/text/bill.h"
#include "client/text/eta.h"
#include "client/text/printable.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"

namespace mote::client {
namespace {

constexpr int kBarColumns = 20;
constexpr absl::Duration kPlainInterval = absl::Seconds(1);
// Weight of the newest rate.
constexpr double kSmoothing = 0.3;

// Cut to `columns` code points.
std::string Cut(const std::string& text, size_t columns) {
  std::string cut;
  size_t width = 0;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts && width++ == columns) break;
    cut += c;
  }
  return cut;
}

double Fraction(const v1::StageStatus& stage) {
  if (stage.state() == v1::STAGE_STATE_COMPLETE) return 1;
  if (stage.tasks_total() <= 0) return 0;
  return std::clamp(static_cast<double>(stage.tasks_committed()) / static_cast<double>(stage.tasks_total()), 0.0, 1.0);
}

std::string Bar(double fraction) {
  const int filled = static_cast<int>(fraction * kBarColumns);
  return absl::StrCat("[", std::string(filled, '#'), std::string(kBarColumns - filled, '.'), "]");
}

}  // namespace

void ProgressLines::Observe(const v1::Job& job, absl::Time now) {
  job_ = job;
  for (const v1::StageStatus& stage : job.stages()) {
    const auto [found, is_new] = seen_.try_emplace(stage.name());
    Seen& seen = found->second;
    if (is_new) seen = {now, now, stage.tasks_committed(), 0};
    const absl::Duration passed = now - seen.last;
    if (passed < absl::Milliseconds(200)) continue;
    const double rate =
        static_cast<double>(stage.tasks_committed() - seen.last_committed) / absl::ToDoubleSeconds(passed);
    seen.per_second = seen.per_second > 0 ? seen.per_second + kSmoothing * (rate - seen.per_second) : rate;
    seen.last = now;
    seen.last_committed = stage.tasks_committed();
  }
}

std::string ProgressLines::RateText(const v1::StageStatus& stage) const {
  std::string out;
  const auto seen = seen_.find(stage.name());
  if (stage.reused_from() != 0) return ReusedText(stage);
  if (stage.state() == v1::STAGE_STATE_COMPLETE) {
    const absl::Duration took = TimeOf(stage.end_time()) - TimeOf(stage.start_time());
    const bool known = took >= absl::ZeroDuration() && took < absl::InfiniteDuration();
    return known ? absl::StrCat("in ", SecondsText(absl::ToDoubleSeconds(took))) : "";
  }
  if (stage.state() != v1::STAGE_STATE_RUNNING) return "";
  if (seen != seen_.end() && seen->second.per_second > 0) {
    absl::StrAppend(&out, CountText(seen->second.per_second), "/s");
  }
  if (stage.has_eta()) absl::StrAppend(&out, out.empty() ? "" : ", ", "ETA ", EtaText(stage));
  return out;
}

std::vector<std::string> ProgressLines::Bars(int width) const {
  const auto columns = static_cast<size_t>(std::max(width - 1, 20));
  size_t name_columns = 0;
  for (const v1::StageStatus& stage : job_.stages()) name_columns = std::max(name_columns, DisplayWidth(stage.name()));
  std::vector<std::string> bars;
  for (const v1::StageStatus& stage : job_.stages()) {
    const std::string pad(name_columns - DisplayWidth(stage.name()), ' ');
    std::string line = absl::StrCat(stage.name(), pad, "  ");
    if (stage.state() == v1::STAGE_STATE_WAITING) {
      absl::StrAppend(&line, Bar(0), "  waiting");
    } else {
      absl::StrAppend(&line, Bar(Fraction(stage)), absl::StrFormat(" %3.0f%%  ", Fraction(stage) * 100),
                      CountText(static_cast<double>(stage.tasks_committed())), "/",
                      CountText(static_cast<double>(stage.tasks_total())), " tasks");
      const std::string rate = RateText(stage);
      if (!rate.empty()) absl::StrAppend(&line, "  ", rate);
      if (stage.state() == v1::STAGE_STATE_FAILED) line += "  FAILED";
      if (stage.state() == v1::STAGE_STATE_CANCELLED) line += "  cancelled";
      if (!stage.progress().empty()) absl::StrAppend(&line, "  ", stage.progress());
    }
    bars.push_back(Cut(line, columns));
  }
  if (job_.has_bill()) bars.push_back(Cut(BillLine(), columns));
  return bars;
}

std::string ProgressLines::BillLine() const { return job_.has_bill() ? absl::StrCat("bill: ", BillText(job_)) : ""; }

std::string ProgressLines::PlainLine(const v1::StageStatus& stage) const {
  std::string line = absl::StrCat(stage.name(), ": ", absl::AsciiStrToLower(StateText(stage.state())), ", ",
                                  stage.tasks_committed(), " of ", stage.tasks_total(), " tasks");
  const std::string rate = RateText(stage);
  if (!rate.empty()) absl::StrAppend(&line, ", ", rate);
  if (!stage.progress().empty()) absl::StrAppend(&line, "; ", stage.progress());
  return line;
}

void ProgressPrinter::Show(const v1::Job& job, absl::Time now) {
  const std::lock_guard lock(mutex_);
  lines_.Observe(job, now);
  if (width_ > 0) {
    Redraw();
  } else {
    PrintPlain(job, now, false);
  }
  if (job.waiting_reason() != waiting_reason_) {
    waiting_reason_ = job.waiting_reason();
    if (!waiting_reason_.empty()) PrintNote(absl::StrCat("waiting: ", waiting_reason_));
  }
}

void ProgressPrinter::Finish(const v1::Job& job, absl::Time now) {
  const std::lock_guard lock(mutex_);
  lines_.Observe(job, now);
  if (width_ > 0) {
    Redraw();
  } else {
    PrintPlain(job, now, true);
  }
  drawn_ = 0;
}

void ProgressPrinter::Note(const std::string& line) {
  const std::lock_guard lock(mutex_);
  PrintNote(line);
}

void ProgressPrinter::PrintNote(const std::string& line) {
  if (drawn_ > 0) out_ << "\x1b[" << drawn_ << "A\r\x1b[J";
  drawn_ = 0;
  out_ << Printable(line) << "\n";
  if (width_ > 0) Redraw();
  out_.flush();
}

void ProgressPrinter::Redraw() {
  // Up to the first line; each line is cleared behind its text, so nothing flickers.
  if (drawn_ > 0) out_ << "\x1b[" << drawn_ << "A\r";
  const std::vector<std::string> bars = lines_.Bars(width_);
  for (const std::string& bar : bars) out_ << bar << "\x1b[K\n";
  drawn_ = static_cast<int>(bars.size());
  out_.flush();
}

void ProgressPrinter::PrintPlain(const v1::Job& job, absl::Time now, bool all) {
  for (const v1::StageStatus& stage : job.stages()) {
    Printed& printed =
        printed_.try_emplace(stage.name(), Printed{"", stage.state(), absl::InfinitePast()}).first->second;
    const std::string line = lines_.PlainLine(stage);
    const bool due = all || stage.state() != printed.state || now - printed.time >= kPlainInterval;
    const bool silent = stage.state() == v1::STAGE_STATE_WAITING && !all;
    if (!due || silent || line == printed.line) continue;
    out_ << line << "\n";
    printed = {line, stage.state(), now};
  }
  PrintBill(now, all);
  out_.flush();
}

void ProgressPrinter::PrintBill(absl::Time now, bool all) {
  const std::string line = lines_.BillLine();
  const bool due = all || now - printed_bill_.time >= kPlainInterval;
  if (!due || line == printed_bill_.line) return;
  out_ << line << "\n";
  printed_bill_.line = line;
  printed_bill_.time = now;
}

}  // namespace mote::client
