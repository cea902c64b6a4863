// The straggler figure as JSON: mote-sim-straggler [--busy SECONDS] [--seed S].
#include <CLI/CLI.hpp>
#include <iostream>

#include "absl/strings/str_format.h"
#include "tests/sim/straggler_figure.h"

int main(int argc, char** argv) {
  CLI::App app("One worker of eight ten times slower, in simulated time");
  double busy = 20;
  uint64_t seed = 1;
  app.add_option("--busy", busy, "seconds that the seven others alone would take");
  app.add_option("--seed", seed, "of the network's delays");
  CLI11_PARSE(app, argc, argv);
  const char* separator = "[\n";
  for (const int milliseconds : {1, 10, 100, 1000}) {
    const auto figure = mote::sim::MeasureStraggler(absl::Milliseconds(milliseconds), absl::Seconds(busy), seed);
    if (!figure.ok()) {
      std::cerr << figure.status() << "\n";
      return 1;
    }
    std::cout << separator
              << absl::StrFormat(R"(  {"task_ms": %d, "tasks": %d, "without_s": %.3f, "with_s": %.3f, "ratio": %.4f, )"
                                 R"("wasted_share": %.5f, "attempts_lost": %d})",
                                 milliseconds, figure->tasks, absl::ToDoubleSeconds(figure->without),
                                 absl::ToDoubleSeconds(figure->with), figure->ratio(), figure->wasted,
                                 figure->attempts_lost);
    separator = ",\n";
  }
  std::cout << "\n]\n";
  return 0;
}
