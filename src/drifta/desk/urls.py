"""Addresses of the desk."""

from django.urls import path

from drifta.desk.views import categories, change, files, lists, new, notices, phone, portal, workspace, write

urlpatterns = [
    path("tickets/", lists.ticket_list, name="list"),
    path("tickets/views/", lists.views_part, name="views"),
    path("tickets/views/save/", lists.save_view, name="save-view"),
    path("tickets/views/<int:pk>/remove/", lists.remove_view, name="remove-view"),
    path("tickets/bulk/<str:verb>/", lists.bulk, name="bulk"),
    path("tickets/new/", new.new, name="new"),
    path("tickets/new/caller/", new.caller, name="caller"),
    path("tickets/choose/person/", new.choose_person, name="choose"),
    path("tickets/choose/address/", new.choose_address, name="choose-address"),
    path("tickets/choose/agent/", new.choose_agent, name="choose-agent"),
    path("tickets/choose/asset/", new.choose_asset, name="choose-asset"),
    path("tickets/choose/service/", new.choose_service, name="choose-service"),
    path("tickets/draft/", write.draft, name="draft"),
    path("tickets/attachments/<int:pk>/<path:name>", files.attachment, name="attachment"),
    path("tickets/messages/<int:pk>/html/", files.message_html, name="message-html"),
    path("tickets/messages/<int:pk>/text/", files.message_text, name="message-text"),
    path("tickets/<int:number>/", workspace.ticket, name="ticket"),
    path("tickets/<int:number>/items/", workspace.items, name="items"),
    path("tickets/<int:number>/part/<str:name>/", workspace.part, name="part"),
    path("tickets/<int:number>/write/<str:mode>/", write.write, name="write"),
    path("tickets/<int:number>/edit/", change.edit, name="edit"),
    path("tickets/<int:number>/unlink/", change.unlink, name="unlink"),
    path("tickets/<int:number>/do/<str:verb>/", change.do, name="do"),
    path("tickets/<int:number>/run/<str:verb>/", change.do_plain, name="run"),
    path("categories/", categories.categories, name="categories"),
    path("categories/new/", categories.new, name="new-category"),
    path("categories/<int:pk>/", categories.category, name="category"),
    path("notices/", notices.bell, name="bell"),
    path("notices/list/", notices.look, name="notices"),
    path("phone/", phone.phone, name="phone"),
    path("portal/", portal.home, name="portal"),
    path("portal/report/", portal.report, name="portal-report"),
    path("portal/tickets/", portal.tickets, name="portal-tickets"),
    path("portal/tickets/<int:number>/", portal.ticket, name="portal-ticket"),
    path("portal/tickets/<int:number>/done/", portal.done, name="portal-done"),
    path("portal/tickets/<int:number>/<str:verb>/", portal.decide, name="portal-decide"),
]
