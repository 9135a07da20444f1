using System.Diagnostics.CodeAnalysis;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Exec;

/// <summary>A step that failed ends the second stage from any depth: there is no state to go back to.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Never made without a failure.")]
internal sealed class ExecFailedException(ExecFailure failure) : Exception(failure.Sentence)
{
    public ExecFailure Failure { get; } = failure;

    /// <summary>The kernel refused; <paramref name="detail"/> is in bytes (<see cref="ByteText"/>).</summary>
    public static ExecFailedException Of(ExecStep step, Errno errno, string detail = "") =>
        new(new ExecFailure(step, errno, ByteText.Decode(detail)));
}
