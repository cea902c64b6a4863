// Typed reading of one map of a job file.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/jobfile/node.h"

namespace mote::client {

// Fields are asked for by name; what nobody asked for is unknown. Mistakes go to
// `problems`, and the value then reads as absent.
//
// Not thread-safe. Refers to the node and the problems that it was made with.
class Fields {
 public:
  // `what` names the map in messages: "stage 'fit'". A node that is no map is
  // reported once and has no fields.
  Fields(const Node& node, std::string what, Problems* problems);

  // nullptr: absent.
  const Node::Entry* Find(std::string_view name);
  // As Find; absent is a mistake, with `remedy` as its cure.
  const Node::Entry* Require(std::string_view name, std::string_view remedy);

  std::optional<std::string> Text(std::string_view name);
  std::optional<std::string> RequiredText(std::string_view name, std::string_view remedy);
  std::optional<int64_t> Integer(std::string_view name, int64_t min, int64_t max);
  // A finite number for which `is_valid` holds; `wants` says which those are. A field
  // without a value is a mistake.
  std::optional<double> Number(std::string_view name, std::string_view wants,
                               const std::function<bool(double)>& is_valid);

  // Names that the design has and this version has not.
  void NotSupportedYet(const std::vector<std::string>& names);
  // Every field that was not asked for is reported, with the nearest known name.
  void RefuseRest(const std::vector<std::string>& also_known = {});
  std::vector<const Node::Entry*> Rest() const;

  const std::string& what() const { return what_; }
  const std::vector<std::string>& known() const { return known_; }

 private:
  const Node& node_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> known_;
};

// "a-b_c1": how inputs, stages and outputs are named. False after reporting.
bool CheckName(const std::string& name, Place place, std::string_view what, Problems* problems);

// The text of a scalar that must be text. nullopt after reporting.
std::optional<std::string> TextOf(const Node& node, std::string_view what, Problems* problems);

}  // namespace mote::client
