// Where imported rows go: into a data folder that this process holds, or to the `tend serve` that runs it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "dsl/program/program.hpp"
#include "engine/cli/operator.hpp"
#include "engine/simulate/sources.hpp"

namespace tend::cli {

class ImportTarget {
 public:
  virtual ~ImportTarget() = default;
  virtual const simulate::Workspace& workspace() const = 0;
  /// What the rows are typed by, and its hash.
  virtual const program::Program& program() const = 0;
  virtual const std::string& program_hash() const = 0;
  /// How far the imports before are.
  virtual std::string cursor() const = 0;
  /// Takes these rows now, and `cursor` in the same write. Shape: indices into `rows.rows`. Durable when it returns.
  virtual Result<void> put(const simulate::Rows& rows, const std::vector<std::size_t>& chosen,
                           const std::string& cursor) = 0;
  virtual Result<void> finish() = 0;

  /// Errors: of Operator::open and live_folder, and of the server.
  static Result<std::unique_ptr<ImportTarget>> open(const OperatorArguments& arguments);
};

}  // namespace tend::cli
