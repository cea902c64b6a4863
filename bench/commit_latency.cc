// mote-commit-latency: what a durable commit of one small record costs, and how much
// of that is the mark (ADR 8). For bench/commit_latency.py.
//
//   mote-commit-latency DIRECTORY COMMITS
//
// Prints one JSON object of microseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "common/check.h"
#include "coordinator/journal/commit_mark.h"
#include "coordinator/journal/sqlite_log.h"

namespace mote::coordinator {
namespace {

struct Microseconds {
  double p50 = 0, p99 = 0;
};

Microseconds Measure(int count, const std::function<void(int)>& once) {
  std::vector<double> taken;
  for (int i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    once(i);
    taken.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(taken.begin(), taken.end());
  return {taken[taken.size() / 2], taken[taken.size() * 99 / 100]};
}

int Main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: mote-commit-latency DIRECTORY COMMITS\n");
    return 2;
  }
  const std::string directory = argv[1];
  const int commits = std::max(100, std::atoi(argv[2]));
  const auto log = SqliteLog::Open(directory + "/journal.sqlite");
  MOTE_CHECK(log.ok(), "the journal opens");
  auto mark = CommitMark::Open(directory + "/mark-alone");
  MOTE_CHECK(mark.ok(), "the mark opens");
  const std::string record(300, 'r');
  const Microseconds commit =
      Measure(commits, [&](int) { MOTE_CHECK((*log)->Append({record}).ok(), "a record is appended"); });
  const Microseconds write = Measure(commits, [&](int i) {
    MOTE_CHECK(mark->Write({i, "0123456789abcdef"}).ok(), "the mark is written");
  });
  std::printf(
      "{\"commit_p50_us\": %.2f, \"commit_p99_us\": %.2f, \"of_it_mark_p50_us\": %.2f, \"of_it_mark_p99_us\": %.2f}\n",
      commit.p50, commit.p99, write.p50, write.p99);
  return 0;
}

}  // namespace
}  // namespace mote::coordinator

int main(int argc, char** argv) { return mote::coordinator::Main(argc, argv); }
