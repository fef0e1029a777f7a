"""Ends the sockets of browser sessions that got a time-out, whichever process gave it."""

from core.anonymity.time_outs import refused_sessions, session_digest
from core.realtime.watch import Watch


class SeekerWatch(Watch):
    """Compares the sockets of help seekers with the time-outs of now, as long as the process lives.

    Where a time-out is given, its sockets are closed at once; this is for the other processes.
    """

    subject, trouble = "seeker", "seeker watch failed"

    async def look(self) -> None:
        """Closes each socket whose session has a time-out."""
        now, keys = self._context.installation.clock(), self._context.installation.keys
        for tenant_id, connections in self._by_tenant().items():
            refused = await self._context.database(
                tenant_id, lambda session: refused_sessions(session, now), writes=False
            )
            for connection in connections if refused else ():
                if session_digest(keys, tenant_id, connection.identity.key) in refused:
                    await self._context.sockets.disconnect(connection.sid)
