namespace MetaMcp.Init.Core.Membership;

/// <summary>A run that may still have processes.</summary>
/// <param name="Number">The run's number; a later run has a higher one.</param>
/// <param name="Main">The pid of its main process, present or ended, which is also the number of the session and the group that it
/// began.</param>
/// <param name="User">
/// The real user id of the run: only a process of this user is believed when it names the run. Null for any user, since the main
/// process started as root and may have changed its user, or its user could not be read.
/// </param>
public readonly record struct KnownRun(long Number, int Main, uint? User = null)
{
    /// <summary>The main process, if it has not ended and is not our child; else null.</summary>
    public ProcessKey? Root { get; init; }

    /// <summary>
    /// The run was begun below a process of another run, as a server that a gateway starts. So a process of it says nothing about the
    /// processes above.
    /// </summary>
    public bool IsNested { get; init; }
}
