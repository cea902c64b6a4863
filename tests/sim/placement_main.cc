// The placement figure as JSON, a line a run: mote-sim-placement [--runs N].
#include <CLI/CLI.hpp>
#include <iostream>

#include "absl/strings/str_format.h"
#include "tests/sim/placement_figure.h"

int main(int argc, char** argv) {
  CLI::App app("Placement by learned costs against α = 0, in simulated time");
  uint64_t runs = 5;
  app.add_option("--runs", runs, "of each shape");
  CLI11_PARSE(app, argc, argv);
  for (const int milliseconds : {20, 100, 500}) {
    for (const int64_t tasks : {40, 100, 400}) {
      for (uint64_t seed = 1; seed <= runs; ++seed) {
        const auto figure = mote::sim::MeasurePlacement(tasks, absl::Milliseconds(milliseconds), seed);
        if (!figure.ok()) {
          std::cerr << figure.status() << "\n";
          return 1;
        }
        std::cout
            << absl::StrFormat(
                   R"({"task_ms": %d, "tasks": %d, "learned_s": %.3f, "blind_s": %.3f, "bound_s": %.3f, "gain": %.4f})",
                   milliseconds, tasks, absl::ToDoubleSeconds(figure->learned), absl::ToDoubleSeconds(figure->blind),
                   absl::ToDoubleSeconds(figure->bound), figure->gain())
            << "\n";
      }
    }
  }
  return 0;
}
