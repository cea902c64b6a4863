// Parameters of operations and reducers: checked once against what was declared,
// then read by type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/json_fwd.h"
#include "common/reducer.h"

namespace mote {

// What is wrong with one parameter.
struct Violation {
  std::string path;     // "split.train"; the client finds line and column by it
  std::string message;  // names the value and the remedy
  bool operator==(const Violation&) const = default;
};

// Checks names, types and required parameters against `declared`, and makes
// *parameters canonical:
//   - null as a whole becomes {}; a null parameter counts as not given
//   - defaults are filled in
//   - integers that arrive as 3.0 become 3, inside lists and objects too; a number
//     parameter becomes floating point
// Durations are text ("50ms"), finite and not negative. A file is an object
// {artifact: "sha256:…", name: "x.pt"}. Ranges, and what lies inside objects and
// lists, are the planner's to check (CheckKeys).
//
// Returns all violations; none: *parameters is valid.
std::vector<Violation> CheckParameters(const std::vector<Parameter>& declared, Json* parameters);

// Checks that `object`, the parameter at `path`, is an object with known keys only.
std::vector<Violation> CheckKeys(const Json& object, const std::vector<std::string>& known, std::string_view path);

// OK without violations, else InvalidArgument with "path: message", joined by "; ".
absl::Status ToStatus(const std::vector<Violation>& violations);

// Typed access to checked parameters. A missing or mistyped one is a programming
// error (checked): ask Find first where it is optional.
//
// Holds a reference: `object` must outlive it. Thread-safe for reading.
class Params {
 public:
  explicit Params(const Json& object);
  explicit Params(Json&&) = delete;

  int64_t Integer(std::string_view name) const;
  double Number(std::string_view name) const;
  std::string Text(std::string_view name) const;
  bool Flag(std::string_view name) const;
  absl::Duration Duration(std::string_view name) const;
  // nullptr: absent, or null.
  const Json* Find(std::string_view name) const;

 private:
  const Json& Require(std::string_view name) const;

  const Json& object_;
};

}  // namespace mote
