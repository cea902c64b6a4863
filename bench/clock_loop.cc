// mote-clock-loop: how many times a second a bare loop reads the monotonic clock. The
// bound of bench/noop.py: a task that is timed on its own cannot cost less.
//
//   mote-clock-loop SECONDS
//
// Prints one JSON object.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: mote-clock-loop SECONDS\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto end =
      start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::atof(argv[1])));
  int64_t tasks = 0, longest_ns = 0;
  for (auto before = start, now = start; now < end; before = now, ++tasks) {
    now = Clock::now();
    longest_ns = std::max<int64_t>(longest_ns, std::chrono::nanoseconds(now - before).count());
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf("{\"tasks_per_second\": %.0f, \"longest_ns\": %lld}\n", static_cast<double>(tasks) / seconds,
              static_cast<long long>(longest_ns));
}
