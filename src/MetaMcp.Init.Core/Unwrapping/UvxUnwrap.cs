using System.Collections.Immutable;
using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// <c>uvx NAME</c> of a tool that <c>uv tool install</c> has installed: uvx starts it from there unless a version or another environment
/// is asked for. The environments that uvx makes by itself are named by a resolution that only uv can make, and stay with it.
/// </summary>
internal static class UvxUnwrap
{
    /// <summary>Variables of uv that do not change which program is started; any other one keeps uvx.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "UV_CACHE_DIR", "UV_COMPILE_BYTECODE", "UV_CONCURRENT_DOWNLOADS", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_HTTP_TIMEOUT",
        "UV_INDEX", "UV_INDEX_URL", "UV_INSTALL_DIR", "UV_LINK_MODE", "UV_NATIVE_TLS", "UV_NO_CACHE", "UV_NO_PROGRESS", "UV_OFFLINE",
        "UV_PYTHON_CACHE_DIR", "UV_PYTHON_DOWNLOADS", "UV_PYTHON_INSTALL_DIR", "UV_PYTHON_PREFERENCE", "UV_SYSTEM_PYTHON",
        "UV_TOOL_BIN_DIR", "UV_TOOL_DIR", "UV_UNMANAGED_INSTALL",
    };

    public static UnwrapResult Resolve(UnwrapRequest request, FileFacts files)
    {
        var call = UvxArguments.Read(request.Command.AsSpan(1));
        if (call.Package is not { IsFromRegistry: true, Version: null } package || call.Spec.Contains('[', StringComparison.Ordinal))
            return UnwrapResult.Stays("uvx is given no plain name of a package");
        if (!call.IsPlain)
            return UnwrapResult.Stays("uvx is given more than -q");
        foreach (var name in request.Variables.Keys)
            if (name.StartsWith("UV_", StringComparison.Ordinal) && !Harmless.Contains(name))
                return UnwrapResult.Stays($"{name} is set, which may change what uvx starts");
        if (files.Real(request.Program) is not { } real || RunnerCommand.NameOf(real) is not ("uvx" or "uvx.mcp-init-original"))
            return UnwrapResult.Stays("uvx is not uv's own program");
        if (Tools(request) is not { } tools)
            return UnwrapResult.Stays("HOME is not set, so the directory of uv's tools is not known");
        var tool = $"{tools}/{package.Name}";
        if (!files.Exists($"{tool}/uv-receipt.toml"))
            return UnwrapResult.Stays($"{package.Name} is not installed by \"uv tool install\"");
        // Written by uv while it installs or upgrades a tool.
        if (files.Exists($"{tool}/.lock") || files.Exists($"{tool}.lock"))
            return UnwrapResult.Stays($"{tool} is being changed");
        var program = $"{tool}/bin/{call.Spec}";
        if (!files.IsProgram(program))
            return UnwrapResult.Stays($"{tool} has no program {call.Spec}");
        var environment = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        environment["PATH"] = request.Variable("PATH") is { } path ? $"{tool}/bin:{path}" : $"{tool}/bin";
        // Set for everything that uv starts.
        if (real[..(real.LastIndexOf('/') + 1)] + "uv" is var uv && files.IsProgram(uv))
            environment["UV"] = uv;
        return UnwrapResult.Of(program, call.Length, environment.ToImmutable());
    }

    private static string? Tools(UnwrapRequest request)
    {
        if (request.Variable("UV_TOOL_DIR") is { } given)
            return given.StartsWith('/') ? given : null;
        if (request.Variable("XDG_DATA_HOME") is { } data && data.StartsWith('/'))
            return $"{data}/uv/tools";
        return request.Variable("HOME") is { } home && home.StartsWith('/') ? $"{home}/.local/share/uv/tools" : null;
    }
}
