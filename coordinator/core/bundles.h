// Published bundles: what later jobs of a tenant take by name and version.
//
// A bundle holds the outputs of a `publish` stage ("model", "fitted", …), not the stage: a
// version once published stays what it is, whatever becomes of the job that published it.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/bundle_name.h"
#include "common/ids.h"
#include "common/output.h"

namespace mote::coordinator {

struct Bundle {
  std::string tenant;
  std::string name;     // "credit/model"
  int64_t version = 0;  // from 1, without gaps
  JobId job;            // that published it first
  absl::Time time;
  std::map<std::string, Output> outputs;
  bool operator==(const Bundle&) const = default;
};

// "credit/model:3"
std::string NameOf(const Bundle& bundle);

// Some of what was published, in the order of a list.
struct BundlePage {
  std::vector<const Bundle*> bundles;
  bool has_more = false;  // there are others after these
};

class BundleIndex {
 public:
  // False: the version is published already, and stays as it is.
  bool Put(Bundle bundle);
  // nullptr: there is none. Valid until the next Put. `version` 0: the newest.
  const Bundle* Find(std::string_view tenant, std::string_view name, int64_t version) const;
  // The newest version that is equal to `outputs`, else the next one.
  int64_t VersionFor(std::string_view tenant, std::string_view name,
                     const std::map<std::string, Output>& outputs) const;
  std::vector<std::string> Names(std::string_view tenant) const;
  // Of one name, or of all where it is empty; by name, the newest version first; at most
  // `size` of those that come after `after` (without a name: from the first).
  BundlePage Page(std::string_view tenant, std::string_view name, const BundleReference& after, int size) const;
  // Of all tenants, in an order that depends on nothing else.
  std::vector<const Bundle*> All() const;

 private:
  using Versions = std::map<int64_t, Bundle>;
  const Versions* VersionsOf(std::string_view tenant, std::string_view name) const;

  std::map<std::pair<std::string, std::string>, Versions> bundles_;  // by tenant and name
};

}  // namespace mote::coordinator
