using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Sockets;

namespace MetaMcp.Init.Control;

/// <summary>What the operator's window needs from the start of PID 1.</summary>
/// <param name="Socket">The socket for full rights; null if it could not be made.</param>
/// <param name="IsGroupAllowed">The members of a group may use it too: its file says which.</param>
/// <param name="Tree">Null without cgroups.</param>
internal sealed record ControlSetup(ListeningSocket? Socket, bool IsGroupAllowed, CgroupTree? Tree)
{
    /// <summary>Answers looks; null until the supervisor is composed.</summary>
    public Window? Window { get; set; }
}
