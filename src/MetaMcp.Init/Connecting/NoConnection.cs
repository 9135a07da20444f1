using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Connecting;

/// <summary>Why there is no connection.</summary>
/// <param name="Reason">For the message.</param>
/// <param name="IsAbsent">There is no init of ours, so the command may be run without one.</param>
/// <param name="IsShortage">There may be one, and descriptors or memory to ask it are missing.</param>
internal readonly record struct NoConnection(string Reason, bool IsAbsent, bool IsShortage = false)
{
    /// <summary>A call has failed, and with it the question whether there is an init, or only the way to it.</summary>
    public static NoConnection Of(string call, Errno error, bool isAbsent = false) =>
        new($"{call}: {error}", isAbsent && !error.IsShortage, error.IsShortage);
}
