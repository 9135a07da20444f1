using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Verbs;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Looking;

/// <summary>The names of services, servers and instances, a line each, for the completion of shells: those that are plain words.</summary>
internal static class NamesVerb
{
    public static int Run()
    {
        if (VerbAnswers.Ask(new ControlRequest(ControlVerb.Status), out var exitCode) is not { } rows)
            return exitCode;
        foreach (var row in rows)
        {
            var name = row switch
            {
                ServiceRow service => service.Name,
                ServerRow server => server.Name,
                InstanceRow instance => instance.Name,
                _ => null,
            };
            if (name is not null && CompletableName.IsPlain(name))
                Page.Out(name + "\n");
        }
        return VerbAnswers.Success;
    }
}
