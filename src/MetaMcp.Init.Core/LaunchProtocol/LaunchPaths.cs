namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>Where a shim finds its init: gateways pass almost no environment to servers, so the usual place is compiled in.</summary>
public static class LaunchPaths
{
    /// <summary>The variable that names another runtime directory.</summary>
    public const string RuntimeVariable = "MCP_INIT_RUNTIME_DIR";

    /// <summary>The socket in the runtime directory.</summary>
    public const string Socket = "launch.sock";

    /// <summary>The socket of operators in that directory.</summary>
    public const string ControlSocket = "control.sock";

    /// <summary>The directory in it with links named <c>npx</c>, <c>uvx</c>, …; a launched server must not find itself there.</summary>
    public const string Shims = "shims";
}
