// The ETA's figure as JSON, a line a job: mote-sim-eta [--jobs N] [--first SEED].
#include <CLI/CLI.hpp>
#include <iostream>

#include "absl/strings/str_format.h"
#include "tests/sim/eta_figure.h"

int main(int argc, char** argv) {
  CLI::App app("ETA after a twentieth of the work against when the job ended, in simulated time");
  uint64_t jobs = 400, first = 1;
  app.add_option("--jobs", jobs, "how many");
  app.add_option("--first", first, "the first one's seed");
  CLI11_PARSE(app, argc, argv);
  for (uint64_t seed = first; seed < first + jobs; ++seed) {
    const auto figure = mote::sim::MeasureEta(seed);
    if (!figure.ok()) {
      std::cerr << "seed " << seed << ": " << figure.status() << "\n";
      return 1;
    }
    std::cout << absl::StrFormat(R"({"seed": %d, "shape": "%s", "has_eta": %s, "expected_s": %.3f, "low_s": %.3f, )"
                                 R"("high_s": %.3f, "took_s": %.3f})",
                                 seed, figure->shape, figure->has_eta ? "true" : "false",
                                 absl::ToDoubleSeconds(figure->expected), absl::ToDoubleSeconds(figure->low),
                                 absl::ToDoubleSeconds(figure->high), absl::ToDoubleSeconds(figure->took))
              << "\n";
  }
  return 0;
}
